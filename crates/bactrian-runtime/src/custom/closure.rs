//! Rust closures that OCaml calls.
//!
//! A closure is a box like any other, of a kind that can be called. The OCaml function around it is made by OCaml
//! (`ocaml/bactrian/rust_closure.ml`), so that partial application is OCaml's own, natively and in bytecode.

use super::block::{alloc, box_of, describe};
use super::error::BorrowError;
use super::handle::{finish, take};
use super::header::{BoxPtr, Boxed};
use super::kind::{Call, Callable};
use super::queue;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::exception::{IntoOCamlException, OCamlException};
use crate::ffi::mlvalues::RawOCaml;
use crate::named::NamedValue;
use crate::roots::{Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::shim;
use crate::value::{OCaml, OCamlFn, OCamlList, call_closure};
use core::any::type_name;
use core::marker::PhantomData;

/// A Rust closure for OCaml: `a -> b -> r` for `RustFn<(A, B), R>`, with one to eight arguments.
///
/// The closure takes the runtime and a tuple of arguments. They are converted as those of exported functions are, and so is the
/// result: a bad argument is `Invalid_argument`, a panic is `Bactrian.Rust_panic`, an exception of OCaml's on its way through stays the
/// same. For a result that may be raised see [`Raise`].
///
/// ```no_run
/// use bactrian_runtime::RustFn;
/// fn adder(n: i64) -> RustFn<(i64,), i64> {
///     RustFn::new(move |_, (x,): (i64,)| x + n)
/// }
/// ```
/// ```ocaml
/// type int_to_int = int -> int
/// external adder : int -> int_to_int = "adder"
/// ```
///
/// The type of an external that returns a function must give that function's type a name, as here: `int -> (int -> int)` is
/// `int -> int -> int` to OCaml, which would pass two arguments.
///
/// The closure is dropped when OCaml has let go of the function, as [owned values](crate::Custom) are. One that holds a
/// [`BoxRoot`](crate::BoxRoot) or [`OCamlFn`] through which its own OCaml function can be reached is never let go of: the collector does not see
/// through Rust.
pub struct RustFn<Args, R> {
    boxed: BoxPtr,
    _marker: PhantomData<fn(Args) -> R>,
}

// SAFETY: the closure is `Send`, and it is either `Sync` or called by one thread at a time.
unsafe impl<Args, R> Send for RustFn<Args, R> {}
// SAFETY: a shared handle allows no more than to make another OCaml function of it.
unsafe impl<Args, R> Sync for RustFn<Args, R> {}

impl<Args: ClosureArguments, R: ClosureResult> RustFn<Args, R> {
    /// A closure that may be called by several domains at once.
    pub fn new<F>(closure: F) -> Self
    where
        F: Fn(&mut OCamlRuntime, Args) -> R + Send + Sync + 'static,
    {
        Self::make::<Shared<F, Args, R>>(closure)
    }

    /// A closure that changes what it holds, so that it is called by one at a time.
    ///
    /// A call within a call, or on another domain at the same time, is `Invalid_argument`.
    pub fn new_mut<F>(closure: F) -> Self
    where
        F: FnMut(&mut OCamlRuntime, Args) -> R + Send + 'static,
    {
        Self::make::<Exclusive<F, Args, R>>(closure)
    }

    /// A closure that gives away what it holds, so that it is called once.
    ///
    /// A second call is `Invalid_argument`.
    pub fn new_once<F>(closure: F) -> Self
    where
        F: FnOnce(&mut OCamlRuntime, Args) -> R + Send + 'static,
    {
        Self::make::<Once<F, Args, R>>(closure)
    }

    fn make<C: Callable>(closure: C::Closure) -> Self {
        Self { boxed: Boxed::make(C::KIND, 0, closure), _marker: PhantomData }
    }
}

impl<Args, R> Clone for RustFn<Args, R> {
    /// Another handle of the same closure.
    fn clone(&self) -> Self {
        // SAFETY: the handle has a reference.
        unsafe { self.boxed.as_ref() }.add_reference();
        Self { boxed: self.boxed, _marker: PhantomData }
    }
}

impl<Args, R> Drop for RustFn<Args, R> {
    fn drop(&mut self) {
        // SAFETY: the handle's reference is given back, once.
        unsafe { finish(self.boxed, self.boxed.as_ref().leave()) }
    }
}

impl<Args, R> core::fmt::Debug for RustFn<Args, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // SAFETY: the handle has a reference.
        let name = unsafe { self.boxed.as_ref() }.kind().name;
        write!(f, "RustFn({})", name())
    }
}

/// The functions of `Rust_closure` that make an OCaml function of a box, by the number of arguments.
static MAKERS: [NamedValue; 8] = [
    NamedValue::new(c"Bactrian.closure1"),
    NamedValue::new(c"Bactrian.closure2"),
    NamedValue::new(c"Bactrian.closure3"),
    NamedValue::new(c"Bactrian.closure4"),
    NamedValue::new(c"Bactrian.closure5"),
    NamedValue::new(c"Bactrian.closure6"),
    NamedValue::new(c"Bactrian.closure7"),
    NamedValue::new(c"Bactrian.closure8"),
];

// SAFETY: an OCaml function of these arguments, whose result is one of `R`.
unsafe impl<Args: ClosureArguments, R: ClosureResult> ToOCaml<OCamlFn<Args, R::Value>>
    for RustFn<Args, R>
{
    /// Another OCaml function each time, of the same closure. Calls OCaml.
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFn<Args, R::Value>> {
        // SAFETY: the clone's reference goes to the block, which is passed on at once to a function that takes it.
        unsafe {
            let maker = &MAKERS[Args::COUNT - 1];
            maker.function(rt);
            let block = alloc(rt, core::mem::ManuallyDrop::new(self.clone()).boxed);
            let maker = maker.function(rt);
            match call_closure(rt, maker, [block]) {
                Ok(raw) => OCaml::new(rt, raw),
                Err(exception) => crate::panic::throw(exception),
            }
        }
    }
}

impl<Args: ClosureArguments, R: ClosureResult> DefaultOCamlMapping for RustFn<Args, R> {
    type OCamlType = OCamlFn<Args, R::Value>;
    type VecType = OCamlList<Self::OCamlType>;
}

/// Arguments of a Rust closure: a tuple of one to eight types that convert from OCaml.
///
/// # Safety
/// `from_words` may read as many words as `COUNT` says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of arguments for a Rust closure",
    note = "arguments are a tuple of one to eight owned types that convert from OCaml; one is written `(i64,)`"
)]
pub unsafe trait ClosureArguments: Sized + 'static {
    #[doc(hidden)]
    const COUNT: usize;

    /// Converts the words.
    ///
    /// # Safety
    /// They must be live, and of the OCaml types.
    #[doc(hidden)]
    unsafe fn from_words(words: *const RawOCaml) -> Result<Self, ConversionError>;
}

macro_rules! closure_arguments {
    ($count:literal: $($index:literal $rust:ident),*) => {
        // SAFETY: reads these words, each as what it is.
        unsafe impl<$($rust),*> ClosureArguments for ($($rust,)*)
        where
            $($rust: DefaultOCamlMapping + FromOCaml<$rust::OCamlType> + 'static),*
        {
            const COUNT: usize = $count;

            #[inline]
            unsafe fn from_words(words: *const RawOCaml) -> Result<Self, ConversionError> {
                // SAFETY: passed on; conversions from OCaml do not collect.
                unsafe {
                    Ok(($(
                        $rust::try_from_ocaml(OCaml::<$rust::OCamlType>::from_raw(*words.add($index - 1)))
                            .map_err(|error| error.within(concat!("argument ", $index)))?,
                    )*))
                }
            }
        }
    };
}

closure_arguments!(1: 1 A);
closure_arguments!(2: 1 A, 2 B);
closure_arguments!(3: 1 A, 2 B, 3 C);
closure_arguments!(4: 1 A, 2 B, 3 C, 4 D);
closure_arguments!(5: 1 A, 2 B, 3 C, 4 D, 5 E);
closure_arguments!(6: 1 A, 2 B, 3 C, 4 D, 5 E, 6 F);
closure_arguments!(7: 1 A, 2 B, 3 C, 4 D, 5 E, 6 F, 7 G);
closure_arguments!(8: 1 A, 2 B, 3 C, 4 D, 5 E, 6 F, 7 G, 8 H);

/// What a Rust closure returns: a type that converts to OCaml, or [`Raise`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a Rust closure can return to OCaml",
    note = "return a type that converts to OCaml, or `Raise<T, E>`; a type that derives `Custom` as `.boxed()`"
)]
pub trait ClosureResult {
    /// The Rust type that stands for the OCaml type of the result.
    type Value;

    #[doc(hidden)]
    fn into_word(self, rt: &mut OCamlRuntime) -> Result<RawOCaml, OCamlException>;
}

impl<T: DefaultOCamlMapping + ToOCaml<T::OCamlType>> ClosureResult for T {
    type Value = T;

    #[inline]
    fn into_word(self, rt: &mut OCamlRuntime) -> Result<RawOCaml, OCamlException> {
        Ok(self.to_ocaml(rt).raw)
    }
}

/// A result of a Rust closure whose error is raised in OCaml, as that of a function exported with `raise` is.
///
/// ```no_run
/// use bactrian_runtime::{Raise, RustFn};
/// fn parser() -> RustFn<(String,), Raise<i64, String>> {
///     RustFn::new(|_, (text,): (String,)| Raise(text.parse().map_err(|_| format!("{text:?} is no number"))))
/// }
/// ```
/// ```ocaml
/// type parser = string -> int
/// external parser : unit -> parser = "parser"
/// ```
pub struct Raise<T, E>(pub Result<T, E>);

impl<T: DefaultOCamlMapping + ToOCaml<T::OCamlType>, E: IntoOCamlException> ClosureResult
    for Raise<T, E>
{
    type Value = T;

    fn into_word(self, rt: &mut OCamlRuntime) -> Result<RawOCaml, OCamlException> {
        match self.0 {
            Ok(value) => Ok(value.to_ocaml(rt).raw),
            Err(error) => Err(error.into_ocaml_exception(rt)),
        }
    }
}

/// The three ways to call a closure. None of these has values: they carry the function.
struct Shared<F, Args, R>(PhantomData<(F, Args, R)>);
struct Exclusive<F, Args, R>(PhantomData<(F, Args, R)>);
struct Once<F, Args, R>(PhantomData<(F, Args, R)>);

impl<F, Args: ClosureArguments, R: ClosureResult> Callable for Shared<F, Args, R>
where
    F: Fn(&mut OCamlRuntime, Args) -> R + Send + Sync + 'static,
{
    type Closure = F;
    const CALL: Call = Call {
        arity: Args::COUNT,
        run: |rt, boxed, words| {
            // SAFETY: a live box of an `F`, which is never lent exclusively; live words of the types.
            unsafe {
                let arguments = convert::<F, Args>(rt, words)?;
                let closure = &*Boxed::<F>::value(boxed);
                closure(rt, arguments).into_word(rt)
            }
        },
    };
}

impl<F, Args: ClosureArguments, R: ClosureResult> Callable for Exclusive<F, Args, R>
where
    F: FnMut(&mut OCamlRuntime, Args) -> R + Send + 'static,
{
    type Closure = F;
    const CALL: Call = Call {
        arity: Args::COUNT,
        run: |rt, boxed, words| {
            struct Borrowed(BoxPtr);
            impl Drop for Borrowed {
                fn drop(&mut self) {
                    // SAFETY: the borrow is given back, once.
                    unsafe { queue::drop_later(self.0, self.0.as_ref().leave_borrow_mut()) }
                }
            }
            // SAFETY: a live box of an `F`, borrowed exclusively for the call; live words of the types.
            unsafe {
                let arguments = convert::<F, Args>(rt, words)?;
                boxed.as_ref().borrow_mut().map_err(|error| refused::<F>(rt, &error, "FnMut"))?;
                let borrowed = Borrowed(boxed);
                let result = (*Boxed::<F>::value(boxed))(rt, arguments);
                drop(borrowed);
                result.into_word(rt)
            }
        },
    };
}

impl<F, Args: ClosureArguments, R: ClosureResult> Callable for Once<F, Args, R>
where
    F: FnOnce(&mut OCamlRuntime, Args) -> R + Send + 'static,
{
    type Closure = F;
    const CALL: Call = Call {
        arity: Args::COUNT,
        run: |rt, boxed, words| {
            // SAFETY: a live box of an `F`, which is moved out once; live words of the types.
            unsafe {
                let arguments = convert::<F, Args>(rt, words)?;
                let closure =
                    take::<F>(boxed).map_err(|error| refused::<F>(rt, &error, "FnOnce"))?;
                closure(rt, arguments).into_word(rt)
            }
        },
    };
}

/// # Safety
/// As for [`ClosureArguments::from_words`].
#[inline]
unsafe fn convert<F, Args: ClosureArguments>(
    rt: &mut OCamlRuntime,
    words: *const RawOCaml,
) -> Result<Args, OCamlException> {
    // SAFETY: passed on.
    unsafe { Args::from_words(words) }.map_err(|error| {
        let error = error.within(&format!("the Rust closure `{}`", type_name::<F>()));
        OCamlException::from_conversion(rt, &error)
    })
}

#[cold]
fn refused<F>(rt: &mut OCamlRuntime, error: &BorrowError, what: &str) -> OCamlException {
    let why = if error.is_closed() { "was called before" } else { "is being called already" };
    let message = format!("the Rust closure `{}` {why}; it is {what}", type_name::<F>());
    OCamlException::invalid_argument(rt, &message)
}

/// What the externals of `Rust_closure` do.
///
/// # Safety
/// OCaml must have called this thread's external with these words.
unsafe fn call(block: RawOCaml, words: &[RawOCaml]) -> RawOCaml {
    // SAFETY: OCaml passes live words.
    let boxed = unsafe { box_of(block) };
    // SAFETY: a live block's box is live.
    let name = boxed.map_or("a Rust closure", |boxed| unsafe { (boxed.as_ref().kind().name)() });
    // SAFETY: passed on.
    unsafe {
        shim::call_with_runtime(name, |rt| {
            let called = boxed.and_then(|boxed| {
                let call = boxed.as_ref().kind().call.as_ref()?;
                (call.arity == words.len()).then_some((boxed, call))
            });
            let Some((boxed, call)) = called else {
                let message = format!(
                    "expected a Rust closure with {} arguments, but it is {}",
                    words.len(),
                    describe(block)
                );
                return Err(OCamlException::invalid_argument(rt, &message));
            };
            // OCaml may have forgotten the function while it runs.
            let frame = Frame::enter(scratch());
            frame.push(block);
            (call.run)(rt, boxed, words.as_ptr())
        })
    }
}

macro_rules! externals {
    ($($name:ident: $($word:ident),*;)*) => {$(
        /// # Safety
        /// To be called by OCaml.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(closure: RawOCaml, $($word: RawOCaml),*) -> RawOCaml {
            // SAFETY: passed on.
            unsafe { call(closure, &[$($word),*]) }
        }
    )*};
}

externals! {
    bactrian_call_1: a;
    bactrian_call_2: a, b;
    bactrian_call_3: a, b, c;
    bactrian_call_4: a, b, c, d;
    bactrian_call_5: a, b, c, d, e;
    bactrian_call_6: a, b, c, d, e, f;
    bactrian_call_7: a, b, c, d, e, f, g;
    bactrian_call_8: a, b, c, d, e, f, g, h;
}

/// The external of bytecode for more than four arguments beside the closure.
///
/// # Safety
/// To be called by OCaml's interpreter.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_call_bytecode(
    words: *const RawOCaml,
    count: core::ffi::c_int,
) -> RawOCaml {
    let mut copy = [0; 8];
    let count = count as usize - 1;
    // SAFETY: there are `count` words after the closure, at most eight; they lie on OCaml's stack, which may be moved.
    unsafe {
        copy[..count].copy_from_slice(core::slice::from_raw_parts(words.add(1), count));
        call(*words, &copy[..count])
    }
}
