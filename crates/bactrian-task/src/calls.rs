//! Calls of the functions that the OCaml half of each kind of promises registers: what they have in common.
//!
//! Words go in unrooted, so that a call costs what the callback costs: they are read last of all, and the callback roots
//! its arguments.

use crate::externals::raw_key;
use crate::slab::Key;
use bactrian_runtime::__private::{NamedValue, import};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};

/// Calls a function with what a root holds.
///
/// # Safety
/// The function must take such a value.
#[inline]
pub(crate) unsafe fn with_root<'gc>(
    rt: &'gc mut OCamlRuntime,
    function: &'static NamedValue,
    root: &BoxRoot<OCamlAny>,
) -> Result<OCaml<'gc, OCamlAny>, OCamlException> {
    // SAFETY: passed on.
    unsafe {
        let word = root.get(rt).raw();
        import::call::<OCamlAny, 1>(rt, function, [word])
    }
}

/// Calls a function with what a root holds, for the last time.
///
/// # Safety
/// As for [`with_root`].
#[inline]
pub(crate) unsafe fn with_last(
    rt: &mut OCamlRuntime,
    function: &'static NamedValue,
    root: BoxRoot<OCamlAny>,
) -> Result<(), OCamlException> {
    // SAFETY: passed on; nothing collects between the drop of the root and the call.
    unsafe {
        let word = root.get(rt).raw();
        drop(root);
        import::call::<(), 1>(rt, function, [word]).map(|_| ())
    }
}

/// Calls a function with a key.
///
/// # Safety
/// The function must take an `int`.
#[inline]
pub(crate) unsafe fn with_key<'gc>(
    rt: &'gc mut OCamlRuntime,
    function: &'static NamedValue,
    key: Key,
) -> Result<OCaml<'gc, OCamlAny>, OCamlException> {
    // SAFETY: passed on.
    unsafe { import::call::<OCamlAny, 1>(rt, function, [raw_key(key)]) }
}

/// Calls a function with what a root holds and a key.
///
/// # Safety
/// The function must take such a value and an `int`.
#[inline]
pub(crate) unsafe fn with_root_and_key<'gc>(
    rt: &'gc mut OCamlRuntime,
    function: &'static NamedValue,
    root: &BoxRoot<OCamlAny>,
    key: Key,
) -> Result<OCaml<'gc, OCamlAny>, OCamlException> {
    // SAFETY: passed on.
    unsafe {
        let word = root.get(rt).raw();
        import::call::<OCamlAny, 2>(rt, function, [word, raw_key(key)])
    }
}

/// Calls a function with a word. What it returns may be stale after anything that collects.
///
/// # Safety
/// `value` must be a live word of what the function takes.
#[inline]
pub(crate) unsafe fn with_value(
    rt: &mut OCamlRuntime,
    function: &'static NamedValue,
    value: RawOCaml,
) -> Result<RawOCaml, OCamlException> {
    // SAFETY: passed on.
    unsafe { Ok(import::call::<OCamlAny, 1>(rt, function, [value])?.raw()) }
}

/// Calls a function with an exception. As for [`with_value`].
///
/// # Safety
/// The function must take an `exn`.
pub(crate) unsafe fn with_exception(
    rt: &mut OCamlRuntime,
    function: &'static NamedValue,
    exception: &OCamlException,
) -> Result<RawOCaml, OCamlException> {
    // SAFETY: the root keeps the exception alive until it is an argument.
    unsafe {
        let exception = exception.root().get(rt).raw();
        Ok(import::call::<OCamlAny, 1>(rt, function, [exception])?.raw())
    }
}

/// Settles a promise with a value.
///
/// # Safety
/// The function must take such a resolver and a value of its type, and `value` be a live word of that.
#[inline]
pub(crate) unsafe fn fulfil(
    rt: &mut OCamlRuntime,
    function: &'static NamedValue,
    resolver: BoxRoot<OCamlAny>,
    value: RawOCaml,
) -> Result<(), OCamlException> {
    // SAFETY: passed on; nothing collects between the drop of the root and the call, which roots its arguments.
    unsafe {
        let word = resolver.get(rt).raw();
        drop(resolver);
        import::call::<(), 2>(rt, function, [word, value]).map(|_| ())
    }
}

/// Settles a promise with an exception.
///
/// # Safety
/// The function must take such a resolver and an `exn`.
pub(crate) unsafe fn reject(
    rt: &mut OCamlRuntime,
    function: &'static NamedValue,
    resolver: BoxRoot<OCamlAny>,
    exception: &OCamlException,
) -> Result<(), OCamlException> {
    // SAFETY: passed on; the root keeps the exception alive until it is an argument.
    unsafe {
        let exception = exception.root().get(rt).raw();
        fulfil(rt, function, resolver, exception)
    }
}
