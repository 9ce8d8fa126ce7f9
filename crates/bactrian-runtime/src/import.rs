//! What `ocaml!` expands to.

use crate::checked::checked;
use crate::exception::OCamlException;
use crate::ffi::mlvalues::RawOCaml;
use crate::named::NamedValue;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, call_closure};

/// Drops the owned values that OCaml has let go of, which may be done wherever OCaml code may run.
#[inline]
pub fn before(rt: &mut OCamlRuntime) {
    if !crate::custom::nothing_to_drop() {
        rt.drop_unreachable();
    }
}

/// Calls a registered function.
///
/// # Safety
/// The function must have these arguments and a result of type `R`; the words must be live.
///
/// # Panics
/// When nobody registered the name.
#[inline]
#[cfg_attr(feature = "checked", track_caller)]
pub unsafe fn call<'gc, R, const N: usize>(
    rt: &'gc mut OCamlRuntime,
    function: &'static NamedValue,
    arguments: [RawOCaml; N],
) -> Result<OCaml<'gc, R>, OCamlException> {
    checked! { let _operation = crate::checked::operation(function.name()); }
    let closure = function.function(rt);
    // SAFETY: passed on.
    unsafe {
        let raw = call_closure(rt, closure, arguments)?;
        Ok(OCaml::new(rt, raw))
    }
}

/// As [`call`]; an exception unwinds, and the nearest exported function raises it again.
///
/// # Safety
/// As for [`call`].
#[inline]
#[cfg_attr(feature = "checked", track_caller)]
pub unsafe fn call_or_unwind<'gc, R, const N: usize>(
    rt: &'gc mut OCamlRuntime,
    function: &'static NamedValue,
    arguments: [RawOCaml; N],
) -> OCaml<'gc, R> {
    // SAFETY: passed on.
    match unsafe { call(rt, function, arguments) } {
        Ok(value) => value,
        Err(exception) => crate::panic::throw(exception),
    }
}

/// Reads a registered value.
///
/// # Safety
/// The value must be of type `T`.
///
/// # Panics
/// When nobody registered the name.
#[cfg_attr(feature = "checked", track_caller)]
pub unsafe fn constant<'gc, T>(
    rt: &'gc mut OCamlRuntime,
    value: &'static NamedValue,
) -> OCaml<'gc, T> {
    let raw = value.value(rt);
    // SAFETY: passed on; nothing has collected since the word was read.
    unsafe { OCaml::new(rt, raw) }
}
