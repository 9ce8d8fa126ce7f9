//! What exported functions expand to: how a call comes in and how it leaves. See ARCHITECTURE.md.
//!
//! Everything here is called by generated code only.

use crate::checked::checked;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::custom::{Custom, DynRef, DynRefMut, Returned};
use crate::exception::OCamlException;
use crate::ffi::domain_state;
use crate::ffi::mlvalues::{
    self, FALSE, MAX_INT, MIN_INT, RawOCaml, TRUE, UNIT, extract_exception, is_exception_result,
};
use crate::ffi::signals::caml_process_pending_actions_exn;
use crate::region::Region;
use crate::roots::{Frame, RootFrame, existing, regions, scratch};
use crate::runtime::OCamlRuntime;
use crate::schema::{DescribeOCaml, Passing, Type};
use crate::value::{OCaml, OCamlCell, OCamlFloatArray, OCamlRef};
use core::marker::PhantomData;
use core::panic::AssertUnwindSafe;
use std::any::Any;
use std::panic::catch_unwind;

/// Runs the body of a shim; a failure is raised from here, where nothing is left to drop.
///
/// # Safety
/// OCaml must have called this thread's shim, and the shim do nothing after this.
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub unsafe fn call<R: Copy>(
    function: &'static str,
    body: impl FnOnce(&mut OCamlRuntime) -> Result<R, OCamlException>,
) -> R {
    // SAFETY: OCaml calls with the lock held, and lends it to this call alone.
    let mut rt = unsafe { OCamlRuntime::recover() };
    checked! { let site = crate::checked::Site::here(function); }
    match catch_unwind(AssertUnwindSafe(|| {
        checked! { let _call = crate::checked::open(crate::checked::Kind::Shim, site); }
        body(&mut rt)
    })) {
        Ok(Ok(result)) => result,
        // SAFETY: the body's frame is gone; this one holds words only.
        Ok(Err(exception)) => unsafe { exception.raise() },
        // SAFETY: likewise.
        Err(payload) => unsafe { raise_panic(function, payload) },
    }
}

/// As [`call`], for bodies that could have released the lock: signal handlers that became due run at the end.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub unsafe fn call_with_runtime(
    function: &'static str,
    body: impl FnOnce(&mut OCamlRuntime) -> Result<RawOCaml, OCamlException>,
) -> RawOCaml {
    // SAFETY: passed on; the state is the current domain's.
    unsafe {
        let result = call(function, body);
        if domain_state::action_pending(domain_state::held()) {
            return run_pending(function, result);
        }
        result
    }
}

#[cold]
#[inline(never)]
unsafe fn run_pending(function: &'static str, result: RawOCaml) -> RawOCaml {
    // SAFETY: the result is a root while OCaml code runs; an exception comes back as a value, and is raised from
    // here, with nothing to drop.
    unsafe {
        call(function, |rt| {
            let frame = Frame::enter(scratch());
            let root = frame.push(result);
            let outcome = caml_process_pending_actions_exn();
            if is_exception_result(outcome) {
                return Err(OCamlException::caught(rt, extract_exception(outcome)));
            }
            Ok(*root.as_ptr())
        })
    }
}

#[cold]
#[inline(never)]
unsafe fn raise_panic(function: &'static str, payload: Box<dyn Any + Send>) -> ! {
    // SAFETY: the panic has unwound the body; the lock is held again by then. Making the exception calls no
    // code of the user but the payload's destructor, which is guarded.
    unsafe {
        let mut rt = OCamlRuntime::recover();
        // A result that does not convert says which function's it is, as arguments do.
        let payload = match payload.downcast::<ConversionError>() {
            Ok(error) => Box::new(error.within(function)),
            Err(payload) => payload,
        };
        OCamlException::from_panic(&mut rt, payload).raise()
    }
}

/// Whether there is room for `count` roots of arguments, on the stack of regions or on that of calls.
///
/// Asked first of all, so that a shim need not keep its arguments over the making of room: when there is none, it calls
/// [`make_room`] and then itself.
#[inline(always)]
pub fn has_room(region: bool, count: usize) -> bool {
    existing().is_some_and(|roots| roots.stack(region).has_room(count))
}

/// Makes room for `count` roots of arguments.
///
/// # Safety
/// The domain's lock must be held.
#[cold]
#[inline(never)]
pub unsafe fn make_room(region: bool, count: usize) {
    (if region { regions() } else { scratch() }).reserve(count);
}

/// The roots of a call's arguments.
pub struct Arguments {
    frame: RootFrame<'static>,
    slots: *mut RawOCaml,
}

impl Arguments {
    /// # Safety
    /// [`has_room`] must have said that there is room for the arguments.
    #[inline(always)]
    pub unsafe fn enter(region: bool, count: usize) -> Self {
        // SAFETY: there is room, so the stacks exist.
        let roots = unsafe { existing().unwrap_unchecked() };
        let frame = RootFrame::enter(roots.stack(region));
        // SAFETY: there is room; the shim writes all of them before it converts anything.
        let slots = unsafe { frame.stack().claim(count) };
        Self { frame, slots }
    }

    /// The region over these arguments.
    ///
    /// # Safety
    /// Entered on the stack of regions, and asked for once.
    #[inline(always)]
    pub unsafe fn region<'r>(&'r self, rt: &'r mut OCamlRuntime) -> Region<'r> {
        // SAFETY: the frame is left when `self` is dropped, after `'r`.
        unsafe { Region::over(rt, self.frame.stack()) }
    }

    /// Roots an argument.
    ///
    /// # Safety
    /// `raw` must be a live word of type `T`, and one of those that room was made for.
    #[inline(always)]
    pub unsafe fn root<T>(&self, index: usize, raw: RawOCaml) -> OCamlRef<'_, T> {
        // SAFETY: the slot is a root while the frame lives.
        unsafe {
            let slot = self.slots.add(index);
            slot.write(raw);
            checked! { crate::checked::argument(core::ptr::NonNull::new_unchecked(slot), raw); }
            OCamlCell::from_slot(core::ptr::NonNull::new_unchecked(slot))
        }
    }
}

/// An unrooted argument of a function that also takes a handle: the word, which becomes a value that borrows the handle.
pub struct Lent<T> {
    raw: RawOCaml,
    _marker: PhantomData<*const T>,
}

impl<T> Lent<T> {
    /// # Safety
    /// `raw` must be a live word of type `T`.
    #[inline(always)]
    pub unsafe fn new(raw: RawOCaml) -> Self {
        Self { raw, _marker: PhantomData }
    }

    /// The value.
    ///
    /// # Safety
    /// Nothing may have collected since it was made.
    #[inline(always)]
    pub unsafe fn value<'gc>(self, _rt: &'gc OCamlRuntime) -> OCaml<'gc, T> {
        // SAFETY: passed on; nothing collects while the handle is borrowed.
        unsafe { OCaml::from_raw(self.raw) }
    }
}

/// What arguments that borrow the OCaml heap borrow from: it ends before the result is converted.
pub struct Borrow(());

impl Borrow {
    /// # Safety
    /// Nothing may collect while it lives.
    #[inline(always)]
    #[allow(clippy::new_without_default)]
    pub unsafe fn new() -> Self {
        Self(())
    }

    /// An unrooted argument.
    ///
    /// # Safety
    /// `raw` must be a live word of type `T`.
    #[inline(always)]
    pub unsafe fn value<T>(&self, raw: RawOCaml) -> OCaml<'_, T> {
        // SAFETY: passed on.
        unsafe { OCaml::from_raw(raw) }
    }

    /// A string as UTF-8.
    ///
    /// # Safety
    /// `raw` must be a live string.
    #[inline(always)]
    pub unsafe fn str(
        &self,
        rt: &mut OCamlRuntime,
        function: &str,
        argument: &str,
        raw: RawOCaml,
    ) -> Result<&str, OCamlException> {
        // SAFETY: passed on.
        match unsafe { OCaml::<String>::from_raw(raw) }.as_str() {
            Ok(text) => Ok(text),
            Err(error) => Err(argument_error(rt, function, argument, error)),
        }
    }

    /// A string as bytes.
    ///
    /// # Safety
    /// `raw` must be a live string.
    #[inline(always)]
    pub unsafe fn bytes(&self, raw: RawOCaml) -> &[u8] {
        // SAFETY: passed on.
        unsafe { OCaml::<String>::from_raw(raw) }.as_bytes()
    }

    /// A float array.
    ///
    /// # Safety
    /// `raw` must be a live float array, which no other domain writes meanwhile.
    #[inline(always)]
    pub unsafe fn floats(&self, raw: RawOCaml) -> &[f64] {
        // SAFETY: passed on.
        unsafe { OCaml::<OCamlFloatArray>::from_raw(raw).as_slice() }
    }
}

impl Drop for Borrow {
    /// Nothing to do: that it exists makes the compiler see the end of the borrow.
    #[inline(always)]
    fn drop(&mut self) {}
}

#[cold]
#[inline(never)]
fn argument_error(
    rt: &mut OCamlRuntime,
    function: &str,
    argument: &str,
    error: ConversionError,
) -> OCamlException {
    OCamlException::from_conversion(
        rt,
        &error.within(&format!("{function}: argument `{argument}`")),
    )
}

/// An argument as an owned Rust value, from the OCaml type `M`.
///
/// # Safety
/// `raw` must be a live word of type `M`.
#[inline(always)]
pub unsafe fn owned_as<T: FromOCaml<M>, M>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    argument: &'static str,
    raw: RawOCaml,
) -> Result<T, OCamlException> {
    checked! { let _operation = crate::checked::converting(function, argument); }
    // SAFETY: passed on.
    match T::try_from_ocaml(unsafe { OCaml::<M>::from_raw(raw) }) {
        Ok(value) => Ok(value),
        Err(error) => Err(argument_error(rt, function, argument, error)),
    }
}

/// An argument as an owned Rust value.
///
/// # Safety
/// `raw` must be a live word of the type that `T` stands for.
#[inline(always)]
pub unsafe fn owned<T: DefaultOCamlMapping + FromOCaml<T::OCamlType>>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    argument: &'static str,
    raw: RawOCaml,
) -> Result<T, OCamlException> {
    // SAFETY: passed on.
    unsafe { owned_as::<T, T::OCamlType>(rt, function, argument, raw) }
}

/// An owned value, borrowed for the call.
///
/// # Safety
/// `raw` must be a live word of an OCaml type of owned values; what is in it is checked.
#[inline(always)]
pub unsafe fn borrowed<T: Custom + Sync>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    argument: &'static str,
    raw: RawOCaml,
) -> Result<DynRef<T>, OCamlException> {
    // SAFETY: passed on.
    unsafe { OCaml::<T>::from_raw(raw) }
        .borrow()
        .map_err(|error| argument_error(rt, function, argument, error))
}

/// An owned value, borrowed exclusively for the call.
///
/// # Safety
/// As for [`borrowed`].
#[inline(always)]
pub unsafe fn borrowed_mut<T: Custom>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    argument: &'static str,
    raw: RawOCaml,
) -> Result<DynRefMut<T>, OCamlException> {
    // SAFETY: passed on.
    unsafe { OCaml::<T>::from_raw(raw) }
        .borrow_mut()
        .map_err(|error| argument_error(rt, function, argument, error))
}

/// An owned value, moved out and closed.
///
/// # Safety
/// As for [`borrowed`].
#[inline(always)]
pub unsafe fn taken<T: Custom>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    argument: &'static str,
    raw: RawOCaml,
) -> Result<T, OCamlException> {
    // SAFETY: passed on.
    unsafe { OCaml::<T>::from_raw(raw) }
        .take()
        .map_err(|error| argument_error(rt, function, argument, error))
}

/// A result, from a Rust value.
#[inline(always)]
pub fn result<T: Returned<How>, How>(rt: &mut OCamlRuntime, value: T) -> RawOCaml {
    value.into_word(rt)
}

/// A result, from a Rust value, as the OCaml type `M`.
#[inline(always)]
pub fn result_as<T: ToOCaml<M>, M>(rt: &mut OCamlRuntime, value: T) -> RawOCaml {
    value.to_ocaml(rt).raw
}

/// Rust types that OCaml passes as such in externals with `[@unboxed]` or `[@untagged]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed unboxed",
    note = "unboxed types are `f64` (float [@unboxed]), `i64` (int64 [@unboxed]), `i32` (int32 [@unboxed]), `isize` \
            (int [@untagged]) and `bool` (bool [@untagged])"
)]
///
/// # Safety
/// `Abi` must be what the registers hold, and `to_boxed` make a value of the OCaml type.
pub unsafe trait Unboxed: Sized + Copy {
    /// What goes through the registers.
    type Abi: Copy;
    /// The OCaml type.
    const TYPE: &'static Type;
    /// How the `external` says that it crosses.
    const PASSING: Passing;
    /// From OCaml.
    fn of_abi(abi: Self::Abi) -> Self;
    /// To OCaml; an `isize` beyond 63 bits is an error.
    fn to_abi(self) -> Result<Self::Abi, ConversionError>;
    /// From the boxed word that bytecode passes.
    ///
    /// # Safety
    /// The word must be of the OCaml type.
    unsafe fn abi_of_boxed(raw: RawOCaml) -> Self::Abi;
    /// To the boxed word that bytecode expects.
    fn to_boxed(abi: Self::Abi, rt: &mut OCamlRuntime) -> RawOCaml;
}

macro_rules! unboxed {
    ($($rust:ident: $marker:ty;)*) => {$(
        // SAFETY: the boxed forms are those of the OCaml type.
        unsafe impl Unboxed for $rust {
            type Abi = $rust;
            const TYPE: &'static Type = <$marker as DescribeOCaml>::TYPE;
            const PASSING: Passing = Passing::Unboxed;

            #[inline(always)]
            fn of_abi(abi: $rust) -> Self {
                abi
            }

            #[inline(always)]
            fn to_abi(self) -> Result<$rust, ConversionError> {
                Ok(self)
            }

            #[inline(always)]
            unsafe fn abi_of_boxed(raw: RawOCaml) -> $rust {
                // SAFETY: passed on.
                unsafe { OCaml::<$marker>::from_raw(raw) }.to_rust()
            }

            #[inline(always)]
            fn to_boxed(abi: $rust, rt: &mut OCamlRuntime) -> RawOCaml {
                ToOCaml::<$marker>::to_ocaml(&abi, rt).raw
            }
        }
    )*};
}

unboxed! {
    f64: crate::value::OCamlFloat;
    i64: crate::value::OCamlInt64;
    i32: crate::value::OCamlInt32;
}

#[cold]
#[inline(never)]
fn beyond_63_bits(n: isize) -> ConversionError {
    ConversionError::new(format!("{n} does not fit an OCaml int ({MIN_INT} to {MAX_INT})"))
}

// SAFETY: an int.
unsafe impl Unboxed for isize {
    type Abi = isize;
    const TYPE: &'static Type = <crate::value::OCamlInt as DescribeOCaml>::TYPE;
    const PASSING: Passing = Passing::Untagged;

    #[inline(always)]
    fn of_abi(abi: isize) -> Self {
        abi
    }

    #[inline(always)]
    fn to_abi(self) -> Result<isize, ConversionError> {
        if (MIN_INT..=MAX_INT).contains(&(self as i64)) {
            return Ok(self);
        }
        Err(beyond_63_bits(self))
    }

    #[inline(always)]
    unsafe fn abi_of_boxed(raw: RawOCaml) -> isize {
        mlvalues::int_val(raw) as isize
    }

    #[inline(always)]
    fn to_boxed(abi: isize, _: &mut OCamlRuntime) -> RawOCaml {
        mlvalues::val_int(abi as i64)
    }
}

// SAFETY: a bool.
unsafe impl Unboxed for bool {
    type Abi = isize;
    const TYPE: &'static Type = <bool as DescribeOCaml>::TYPE;
    const PASSING: Passing = Passing::Untagged;

    #[inline(always)]
    fn of_abi(abi: isize) -> Self {
        abi != 0
    }

    #[inline(always)]
    fn to_abi(self) -> Result<isize, ConversionError> {
        Ok(isize::from(self))
    }

    #[inline(always)]
    unsafe fn abi_of_boxed(raw: RawOCaml) -> isize {
        mlvalues::int_val(raw) as isize
    }

    #[inline(always)]
    fn to_boxed(abi: isize, _: &mut OCamlRuntime) -> RawOCaml {
        if abi != 0 { TRUE } else { FALSE }
    }
}

/// An unboxed result that may fail.
#[inline(always)]
pub fn unboxed_result<T: Unboxed>(
    rt: &mut OCamlRuntime,
    value: T,
) -> Result<T::Abi, OCamlException> {
    value.to_abi().map_err(|error| OCamlException::from_conversion(rt, &error))
}

/// The result of a function that cannot raise.
#[inline(always)]
pub fn unboxed_result_noalloc<T: Unboxed>(function: &'static str, value: T) -> T::Abi {
    match value.to_abi() {
        Ok(abi) => abi,
        Err(error) => cannot_raise(function, &error),
    }
}

#[cold]
#[inline(never)]
fn cannot_raise(function: &'static str, error: &ConversionError) -> ! {
    panic!("{function}: {error}, and a noalloc function cannot raise")
}

/// What a `noalloc` function runs in: nothing, but in checked mode.
pub struct Noalloc {
    #[cfg(feature = "checked")]
    _open: crate::checked::Opened,
}

impl Noalloc {
    /// At its beginning.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn enter(function: &'static str) -> Self {
        let _ = function;
        Self {
            #[cfg(feature = "checked")]
            _open: crate::checked::open(
                crate::checked::Kind::Noalloc,
                crate::checked::Site::here(function),
            ),
        }
    }
}

/// Arguments of `noalloc` functions that are passed as OCaml words: their conversion cannot fail.
#[diagnostic::on_unimplemented(
    message = "a `noalloc` function cannot take `{Self}`",
    note = "a noalloc function cannot raise or root: it takes `bool`, `()`, `i64`, `isize`, `OCaml<T>`, `&[u8]`, `&[f64]`, \
            and with `unboxed` also `f64` and `i32`"
)]
///
/// # Safety
/// The word may be read only as the OCaml type.
pub unsafe trait NoallocArgument {
    /// From the word.
    ///
    /// # Safety
    /// The word must be of the OCaml type.
    unsafe fn of_raw(raw: RawOCaml) -> Self;
}

/// Results of `noalloc` functions that are passed as OCaml words: immediates that always fit.
#[diagnostic::on_unimplemented(
    message = "a `noalloc` function cannot return `{Self}`",
    note = "a noalloc function cannot allocate or raise: it returns `bool`, `()`, integers of up to 32 bits, one of its `OCaml<T>` \
            arguments, and with `unboxed` also `f64`, `i64` and `isize`"
)]
///
/// # Safety
/// The word must be an immediate of the OCaml type.
pub unsafe trait NoallocResult {
    /// To the word.
    fn to_raw(self) -> RawOCaml;
}

macro_rules! noalloc {
    ($($argument:ident),*; $($result:ident),*) => {
        $(// SAFETY: read as an int.
        unsafe impl NoallocArgument for $argument {
            #[inline(always)]
            unsafe fn of_raw(raw: RawOCaml) -> Self {
                mlvalues::int_val(raw) as $argument
            }
        })*
        $(// SAFETY: an int that fits.
        unsafe impl NoallocResult for $result {
            #[inline(always)]
            fn to_raw(self) -> RawOCaml {
                mlvalues::val_int(self as i64)
            }
        })*
    };
}

noalloc!(i64, isize; i8, i16, i32, u8, u16, u32);

// SAFETY: an immediate of that type.
unsafe impl NoallocArgument for bool {
    #[inline(always)]
    unsafe fn of_raw(raw: RawOCaml) -> Self {
        raw != FALSE
    }
}

// SAFETY: an immediate of that type.
unsafe impl NoallocArgument for () {
    #[inline(always)]
    unsafe fn of_raw(_: RawOCaml) -> Self {}
}

// SAFETY: an immediate of that type.
unsafe impl NoallocResult for bool {
    #[inline(always)]
    fn to_raw(self) -> RawOCaml {
        if self { TRUE } else { FALSE }
    }
}

// SAFETY: an immediate of that type.
unsafe impl NoallocResult for () {
    #[inline(always)]
    fn to_raw(self) -> RawOCaml {
        UNIT
    }
}
