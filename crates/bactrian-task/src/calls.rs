//! The functions that the OCaml half of each kind of promises registers by name.
//!
//! Words go in unrooted, so that a call costs what the callback costs: they are read last of all, and the callback roots
//! its arguments.

use crate::externals::raw_key;
use crate::slab::Key;
use bactrian_runtime::__private::{NamedValue, import};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime};

/// Those that every kind has. Each name is looked up once.
pub struct Functions {
    /// `'a promise -> state`, which is what [`State::of`](crate::promise::State) reads.
    pub(crate) state: NamedValue,
    /// `'a promise -> int -> watch`
    pub(crate) watch: NamedValue,
    /// `watch -> unit`
    pub(crate) forget: NamedValue,
    /// `'a promise -> unit`
    pub(crate) cancel: NamedValue,
    /// `'a -> 'a promise`
    pub(crate) fulfilled: NamedValue,
    /// `exn -> 'a promise`
    pub(crate) rejected: NamedValue,
    /// `'a resolver -> 'a -> unit`
    pub(crate) fulfil: NamedValue,
    /// `'a resolver -> exn -> unit`
    pub(crate) reject: NamedValue,
    /// `'a stream -> 'a option promise`
    pub(crate) next: NamedValue,
}

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
