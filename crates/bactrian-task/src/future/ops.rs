//! The OCaml functions of `bactrian.future` that Rust calls, one Rust function each.

use crate::export::{Pair, Promises};
use crate::slab::Key;
use bactrian_runtime::__private::{NamedValue, import, val_int};
use bactrian_runtime::{BoxRoot, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};

static RETURNED: NamedValue = NamedValue::new(c"Bactrian_future.returned");
static RAISED: NamedValue = NamedValue::new(c"Bactrian_future.raised");
static PENDING: NamedValue = NamedValue::new(c"Bactrian_future.pending");
static RETURN: NamedValue = NamedValue::new(c"Bactrian_future.return");
static RAISE: NamedValue = NamedValue::new(c"Bactrian_future.raise");

/// `Bactrian.Future.t`. What settles one is the future itself.
pub(super) enum Futures {}

impl Promises for Futures {
    #[inline]
    unsafe fn fulfilled(
        rt: &mut OCamlRuntime,
        value: RawOCaml,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: passed on.
        unsafe { Ok(import::call::<OCamlAny, 1>(rt, &RETURNED, [value])?.raw()) }
    }

    fn rejected(
        rt: &mut OCamlRuntime,
        exception: &OCamlException,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: the root keeps the exception alive until it is an argument.
        unsafe {
            let exception = exception.root().get(rt).raw();
            Ok(import::call::<OCamlAny, 1>(rt, &RAISED, [exception])?.raw())
        }
    }

    #[inline]
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
        // 62 bits at most.
        let key = val_int(key.to_bits() as i64);
        // SAFETY: the function takes an int; making a root does not collect.
        unsafe {
            let promise = import::call::<OCamlAny, 1>(rt, &PENDING, [key])?;
            Ok(Pair { promise, resolver: promise.root() })
        }
    }

    #[inline]
    unsafe fn fulfil(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        value: RawOCaml,
    ) -> Result<(), OCamlException> {
        // SAFETY: passed on; nothing collects between the drop of the root and the call, which roots its arguments.
        unsafe {
            let word = resolver.get(rt).raw();
            drop(resolver);
            import::call::<(), 2>(rt, &RETURN, [word, value]).map(|_| ())
        }
    }

    fn reject(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        exception: &OCamlException,
    ) -> Result<(), OCamlException> {
        // SAFETY: as above.
        unsafe {
            let word = resolver.get(rt).raw();
            let exception = exception.root().get(rt).raw();
            drop(resolver);
            import::call::<(), 2>(rt, &RAISE, [word, exception]).map(|_| ())
        }
    }
}
