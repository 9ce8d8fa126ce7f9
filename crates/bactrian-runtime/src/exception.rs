//! OCaml exceptions as Rust values.

use crate::alloc::small_block;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::ffi::alloc::caml_stat_free;
use crate::ffi::domain_state;
use crate::ffi::fail::*;
use crate::ffi::mlvalues::{RawOCaml, UNIT};
use crate::named::NamedValue;
use crate::roots::{BoxRoot, Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlAny, OCamlList, OCamlRef, alloc_string};
use core::ffi::CStr;

/// OCaml's `exn`, as the type of a value.
pub struct OCamlExn {
    _private: (),
}

/// An OCaml exception: the value itself, rooted, with the backtrace that it was caught with.
///
/// Returned from a function that is exported with `raise`, or carried by a panic out of an imported function, it is
/// raised again as the same exception, physically, with its backtrace.
#[derive(Clone)]
pub struct OCamlException {
    exception: BoxRoot<OCamlExn>,
    backtrace: Option<BoxRoot<OCamlAny>>,
}

impl OCamlException {
    /// An exception that a callback has just returned.
    ///
    /// # Safety
    /// `raw` must be a live exception, and the domain's lock be held.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn caught(_rt: &mut OCamlRuntime, raw: RawOCaml) -> Self {
        // SAFETY: passed on; the handle proves the lock. The exception is rooted before the backtrace is made, which
        // allocates.
        unsafe {
            let exception = BoxRoot::from_raw(raw);
            let active = domain_state::backtrace_active(domain_state::held());
            Self { exception, backtrace: if active { Some(Self::last_backtrace()) } else { None } }
        }
    }

    /// The backtrace of the exception that was raised last.
    ///
    /// # Safety
    /// The domain's lock must be held.
    #[cold]
    #[inline(never)]
    unsafe fn last_backtrace() -> BoxRoot<OCamlAny> {
        // SAFETY: passed on.
        unsafe { BoxRoot::from_raw(caml_get_exception_raw_backtrace(UNIT)) }
    }

    /// An exception made by Rust.
    ///
    /// # Safety
    /// `raw` must be a live exception, and the domain's lock be held.
    unsafe fn made(raw: RawOCaml) -> Self {
        // SAFETY: passed on.
        Self { exception: unsafe { BoxRoot::from_raw(raw) }, backtrace: None }
    }

    /// An exception from its value.
    pub fn new(value: OCaml<'_, OCamlExn>) -> Self {
        Self { exception: BoxRoot::new(value), backtrace: None }
    }

    /// `Failure message`
    #[cold]
    pub fn failure(_rt: &mut OCamlRuntime, message: &str) -> Self {
        // SAFETY: the handle proves the lock; the message is rooted by the callee.
        unsafe { Self::made(caml_exception_failure_value(alloc_string(message.as_bytes()))) }
    }

    /// `Invalid_argument message`
    #[cold]
    pub fn invalid_argument(_rt: &mut OCamlRuntime, message: &str) -> Self {
        // SAFETY: as above.
        unsafe {
            Self::made(caml_exception_invalid_argument_value(alloc_string(message.as_bytes())))
        }
    }

    /// `Sys_error message`
    #[cold]
    pub fn sys_error(_rt: &mut OCamlRuntime, message: &str) -> Self {
        // SAFETY: as above.
        unsafe { Self::made(caml_exception_sys_error(alloc_string(message.as_bytes()))) }
    }

    /// `Not_found`
    #[cold]
    pub fn not_found(_rt: &mut OCamlRuntime) -> Self {
        // SAFETY: the handle proves the lock.
        unsafe { Self::made(caml_exception_not_found()) }
    }

    /// `End_of_file`
    #[cold]
    pub fn end_of_file(_rt: &mut OCamlRuntime) -> Self {
        // SAFETY: the handle proves the lock.
        unsafe { Self::made(caml_exception_end_of_file()) }
    }

    /// An exception whose constructor OCaml registered: `Callback.register_exception name (E …)`.
    ///
    /// `arguments` are the constructor's; a constructor without any is given none. A name that nobody
    /// registered gives a `Failure` that says so.
    #[cold]
    pub fn registered<const N: usize>(
        rt: &mut OCamlRuntime,
        name: &'static NamedValue,
        arguments: [&BoxRoot<OCamlAny>; N],
    ) -> Self {
        let Some(constructor) = name.constructor(rt) else {
            let message = format!(
                "no OCaml exception is registered as {:?}; its module should call \
                 Callback.register_exception {:?} (…)",
                name.name(),
                name.name()
            );
            return Self::failure(rt, &message);
        };
        // SAFETY: a constructor with arguments is a block with tag 0 of itself and them; without any it is the
        // exception. All words are live, and the allocation keeps them.
        unsafe {
            let raw = match N {
                0 => constructor,
                1 => small_block(0, [constructor, arguments[0].get_raw()]),
                2 => small_block(0, [constructor, arguments[0].get_raw(), arguments[1].get_raw()]),
                _ => {
                    let frame = Frame::enter(scratch());
                    let constructor = frame.push(constructor);
                    crate::alloc::block_of_values(N + 1, 0, |index| match index {
                        0 => *constructor.as_ptr(),
                        _ => arguments[index - 1].get_raw(),
                    })
                }
            };
            Self::made(raw)
        }
    }

    /// What a conversion error is to OCaml: `Invalid_argument`, or `Out_of_memory`.
    #[cold]
    pub fn from_conversion(rt: &mut OCamlRuntime, error: &ConversionError) -> Self {
        if error.is_out_of_memory() {
            // SAFETY: the handle proves the lock; the exception is a static one.
            return unsafe { Self::made(caml_exception_out_of_memory()) };
        }
        Self::invalid_argument(rt, error.message())
    }

    /// The exception as a value.
    #[inline]
    pub fn root(&self) -> &BoxRoot<OCamlExn> {
        &self.exception
    }

    /// The `Printexc.raw_backtrace` that it was caught with, when backtraces are recorded.
    pub fn backtrace(&self) -> Option<OCamlRef<'_, OCamlAny>> {
        self.backtrace.as_deref()
    }

    /// The exception as OCaml prints it when nobody handles it: `Failure("no")`.
    pub fn message(&self, _rt: &OCamlRuntime) -> String {
        // SAFETY: the handle proves the lock; the text is ours to free, and is a C string.
        unsafe {
            let text = caml_format_exception(self.exception.get_raw());
            if text.is_null() {
                return "an OCaml exception, and no memory to print it".to_owned();
            }
            let message = CStr::from_ptr(text).to_string_lossy().into_owned();
            caml_stat_free(text.cast());
            message
        }
    }

    /// Raises it, over everything up to the OCaml handler.
    ///
    /// # Safety
    /// The domain's lock must be held, and no frame between here and OCaml have anything to drop.
    #[cold]
    pub(crate) unsafe fn raise(self) -> ! {
        // SAFETY: passed on. Restoring the backtrace does not allocate on the OCaml heap, so the word stays live
        // when its root is dropped.
        unsafe {
            let raw = self.exception.get_raw();
            if let Some(backtrace) = &self.backtrace {
                caml_restore_raw_backtrace(raw, backtrace.get_raw());
            }
            drop(self);
            caml_raise(raw)
        }
    }
}

/// An argument of a registered exception. For what `#[derive(OCamlException)]` expands to.
#[doc(hidden)]
pub fn any_root<T: ToOCaml<M> + ?Sized, M>(rt: &mut OCamlRuntime, value: &T) -> BoxRoot<OCamlAny> {
    let raw = value.to_ocaml(rt).raw;
    // SAFETY: every value is one about which nothing is known, and this one was just made.
    unsafe { BoxRoot::from_raw(raw) }
}

impl core::fmt::Debug for OCamlException {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if OCamlRuntime::is_held() {
            // SAFETY: the lock is held, and the handle only reads.
            let rt = unsafe { OCamlRuntime::recover() };
            write!(f, "OCamlException({})", self.message(&rt))
        } else {
            f.write_str("OCamlException(..)")
        }
    }
}

impl core::fmt::Display for OCamlException {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if OCamlRuntime::is_held() {
            // SAFETY: the lock is held, and the handle only reads.
            let rt = unsafe { OCamlRuntime::recover() };
            f.write_str(&self.message(&rt))
        } else {
            f.write_str("an OCaml exception")
        }
    }
}

impl std::error::Error for OCamlException {}

/// An error that becomes an OCaml exception, in functions exported with `raise`.
///
/// `#[derive(OCamlException)]` implements it for a type whose exception OCaml registers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be raised as an OCaml exception",
    note = "derive `OCamlException` for it, or return `OCamlException`, `String` or `std::io::Error`"
)]
pub trait IntoOCamlException {
    /// The exception.
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException;
}

impl IntoOCamlException for OCamlException {
    fn into_ocaml_exception(self, _: &mut OCamlRuntime) -> OCamlException {
        self
    }
}

impl IntoOCamlException for ConversionError {
    /// `Invalid_argument`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::from_conversion(rt, &self)
    }
}

impl IntoOCamlException for String {
    /// `Failure`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::failure(rt, &self)
    }
}

impl IntoOCamlException for &str {
    /// `Failure`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::failure(rt, self)
    }
}

impl IntoOCamlException for std::io::Error {
    /// `Sys_error`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::sys_error(rt, &self.to_string())
    }
}

impl IntoOCamlException for Box<dyn std::error::Error> {
    /// `Failure`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::failure(rt, &self.to_string())
    }
}

impl IntoOCamlException for Box<dyn std::error::Error + Send + Sync> {
    /// `Failure`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::failure(rt, &self.to_string())
    }
}

// SAFETY: the exception itself.
unsafe impl ToOCaml<OCamlExn> for OCamlException {
    const ALLOCATES: bool = false;

    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlExn> {
        self.exception.get(rt)
    }
}

// SAFETY: the word is only kept.
unsafe impl FromOCaml<OCamlExn> for OCamlException {
    fn from_ocaml(value: OCaml<'_, OCamlExn>) -> Self {
        Self::new(value)
    }
}

impl DefaultOCamlMapping for OCamlException {
    type OCamlType = OCamlExn;
    type VecType = OCamlList<OCamlExn>;
}
