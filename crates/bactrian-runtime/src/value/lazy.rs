//! `Lazy.t`.

use crate::exception::OCamlException;
use crate::ffi::mlvalues::TRUE;
use crate::named::NamedValue;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlRef, call_closure};
use core::marker::PhantomData;

/// OCaml's `'a Lazy.t`.
///
/// A lazy value may be a suspension, one that is being forced, a forward, or the value itself, and the collector turns
/// some of these into others: so Rust never looks at it, and leaves that to OCaml's own functions.
///
/// ```no_run
/// use bactrian_runtime::{OCamlException, OCamlInt, OCamlLazy, OCamlRef, OCamlRuntime};
/// fn get(rt: &mut OCamlRuntime, lazy: OCamlRef<OCamlLazy<OCamlInt>>) -> Result<i64, OCamlException> {
///     Ok(lazy.force(rt)?.to_i64())
/// }
/// ```
pub struct OCamlLazy<T> {
    _marker: PhantomData<T>,
}

static FORCE: NamedValue = NamedValue::new(c"Bactrian.Lazy.force");
static IS_VAL: NamedValue = NamedValue::new(c"Bactrian.Lazy.is_val");
static FROM_VAL: NamedValue = NamedValue::new(c"Bactrian.Lazy.from_val");

impl<T> OCamlCell<OCamlLazy<T>> {
    /// `Lazy.force`: the value, which is computed now if it has not been yet.
    ///
    /// What the suspension raises is the `Err`, now and each time. It is `Lazy.Undefined` when the value is being forced
    /// already, by this computation or by another domain or thread.
    pub fn force<'gc>(&self, rt: &'gc mut OCamlRuntime) -> Result<OCaml<'gc, T>, OCamlException> {
        let function = FORCE.function(rt);
        // SAFETY: `Lazy.force`, of a lazy value, gives a `T`.
        unsafe {
            let raw = call_closure(rt, function, [self.get_raw()])?;
            Ok(OCaml::new(rt, raw))
        }
    }

    /// `Lazy.is_val`: whether forcing it computes nothing and does not raise.
    pub fn is_val(&self, rt: &mut OCamlRuntime) -> bool {
        let function = IS_VAL.function(rt);
        // SAFETY: `Lazy.is_val`, of a lazy value, gives a bool and raises nothing.
        unsafe { call_closure(rt, function, [self.get_raw()]).is_ok_and(|raw| raw == TRUE) }
    }
}

impl<'gc, T> OCaml<'gc, OCamlLazy<T>> {
    /// `Lazy.from_val value`: a lazy value that is forced already.
    pub fn lazy_from_val(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, T>) -> Self {
        let function = FROM_VAL.function(rt);
        // SAFETY: `Lazy.from_val`, of a `T`, gives a lazy one; it raises nothing that a program survives.
        unsafe {
            match call_closure(rt, function, [value.get_raw()]) {
                Ok(raw) => OCaml::new(rt, raw),
                Err(exception) => crate::panic::throw(exception),
            }
        }
    }
}
