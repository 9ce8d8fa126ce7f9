//! The OCaml functions of `bactrian.future` that Rust calls, one Rust function each.

use crate::export::{Pair, Promises};
use crate::promise::sealed::Sealed;
use crate::promise::{Kind, State, WaitKey};
use crate::slab::Key;
use crate::stream::{StreamKind, raw_key};
use bactrian_runtime::__private::{NamedValue, import, val_int};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};

static RETURNED: NamedValue = NamedValue::new(c"Bactrian_future.returned");
static RAISED: NamedValue = NamedValue::new(c"Bactrian_future.raised");
static PENDING: NamedValue = NamedValue::new(c"Bactrian_future.pending");
static RETURN: NamedValue = NamedValue::new(c"Bactrian_future.return");
static RAISE: NamedValue = NamedValue::new(c"Bactrian_future.raise");

static STATE: NamedValue = NamedValue::new(c"Bactrian_future.state");
static WATCH: NamedValue = NamedValue::new(c"Bactrian_future.watch");
static FORGET: NamedValue = NamedValue::new(c"Bactrian_future.forget");
static CANCEL: NamedValue = NamedValue::new(c"Bactrian_future.cancel");
static PROMISE: NamedValue = NamedValue::new(c"Bactrian_future.promise");
static STREAM: NamedValue = NamedValue::new(c"Bactrian_future.stream");
static NEXT: NamedValue = NamedValue::new(c"Bactrian_future.next");
static CLOSE: NamedValue = NamedValue::new(c"Bactrian_future.close");
static LIFT: [NamedValue; 9] = [
    NamedValue::new(c"Bactrian_future.lift1"),
    NamedValue::new(c"Bactrian_future.lift2"),
    NamedValue::new(c"Bactrian_future.lift3"),
    NamedValue::new(c"Bactrian_future.lift4"),
    NamedValue::new(c"Bactrian_future.lift5"),
    NamedValue::new(c"Bactrian_future.lift6"),
    NamedValue::new(c"Bactrian_future.lift7"),
    NamedValue::new(c"Bactrian_future.lift8"),
    NamedValue::new(c"Bactrian_future.lift9"),
];

/// The function that calls `function`, of so many arguments, in a fibre of its own and returns a future.
///
/// # Safety
/// `function` must be a live word, of such a function.
pub(super) unsafe fn lift(
    rt: &mut OCamlRuntime,
    arguments: usize,
    function: RawOCaml,
) -> Result<OCaml<'_, OCamlAny>, OCamlException> {
    // SAFETY: passed on.
    unsafe { import::call::<OCamlAny, 1>(rt, &LIFT[arguments - 1], [function]) }
}

/// A `Bactrian.Future.t` that Rust code settles, and that may be cancelled without anybody being told.
pub(crate) fn promise(rt: &mut OCamlRuntime) -> Result<OCaml<'_, OCamlAny>, OCamlException> {
    // SAFETY: the function takes a unit.
    unsafe { import::call::<OCamlAny, 1>(rt, &PROMISE, [val_int(0)]) }
}

/// A `Bactrian.Stream.t` that pulls from the stream of this key, on this domain.
pub(crate) fn stream(rt: &mut OCamlRuntime, key: Key) -> Result<RawOCaml, OCamlException> {
    // SAFETY: the function takes an int.
    unsafe { Ok(import::call::<OCamlAny, 1>(rt, &STREAM, [raw_key(key)])?.raw()) }
}

impl StreamKind for Futures {
    const STREAM: &'static str = "Bactrian.Stream.t";

    fn next(
        rt: &mut OCamlRuntime,
        stream: &BoxRoot<OCamlAny>,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe {
            let word = stream.get(rt).raw();
            Ok(import::call::<OCamlAny, 1>(rt, &NEXT, [word])?.root())
        }
    }

    fn close(rt: &mut OCamlRuntime, stream: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe {
            let word = stream.get(rt).raw();
            import::call::<(), 1>(rt, &CLOSE, [word]).map(|_| ())
        }
    }
}

/// `Bactrian.Future.t`. What settles one is the future itself.
pub enum Futures {}

impl Sealed for Futures {}

impl Kind for Futures {
    const NAME: &'static str = "Bactrian.Future.t";
    const LOOP: bool = false;

    fn state<'gc>(
        rt: &'gc mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
    ) -> Result<State<'gc>, OCamlException> {
        // SAFETY: the function gives what `State` reads.
        unsafe {
            let word = promise.get(rt).raw();
            Ok(State::of(import::call::<OCamlAny, 1>(rt, &STATE, [word])?))
        }
    }

    fn watch(
        rt: &mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
        key: WaitKey,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        let key = val_int(key.0.to_bits() as i64);
        // SAFETY: the function takes a future and an int.
        unsafe {
            let word = promise.get(rt).raw();
            Ok(import::call::<OCamlAny, 2>(rt, &WATCH, [word, key])?.root())
        }
    }

    fn forget(rt: &mut OCamlRuntime, guard: BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes what `watch` returns; nothing collects between the drop of the root and the call.
        unsafe {
            let word = guard.get(rt).raw();
            drop(guard);
            import::call::<(), 1>(rt, &FORGET, [word]).map(|_| ())
        }
    }

    fn cancel(rt: &mut OCamlRuntime, promise: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a future.
        unsafe {
            let word = promise.get(rt).raw();
            import::call::<(), 1>(rt, &CANCEL, [word]).map(|_| ())
        }
    }
}

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
