//! The OCaml functions of `bactrian.future` that Rust calls, one Rust function each.

use crate::calls;
use crate::export::{Pair, Promises};
use crate::promise::sealed::Sealed;
use crate::promise::{Kind, State, WaitKey};
use crate::slab::Key;
use crate::stream::StreamKind;
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
    unsafe { Ok(calls::with_key(rt, &STREAM, key)?.raw()) }
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
        // SAFETY: the function takes a future, and gives what `State` reads.
        unsafe { Ok(State::of(calls::with_root(rt, &STATE, promise)?)) }
    }

    fn watch(
        rt: &mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
        key: WaitKey,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a future and an int.
        unsafe { Ok(calls::with_root_and_key(rt, &WATCH, promise, key.0)?.root()) }
    }

    fn forget(rt: &mut OCamlRuntime, guard: BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes what `watch` returns.
        unsafe { calls::with_last(rt, &FORGET, guard) }
    }

    fn cancel(rt: &mut OCamlRuntime, promise: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a future.
        unsafe { calls::with_root(rt, &CANCEL, promise).map(|_| ()) }
    }
}

impl StreamKind for Futures {
    const STREAM: &'static str = "Bactrian.Stream.t";

    fn next(
        rt: &mut OCamlRuntime,
        stream: &BoxRoot<OCamlAny>,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe { Ok(calls::with_root(rt, &NEXT, stream)?.root()) }
    }

    fn close(rt: &mut OCamlRuntime, stream: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe { calls::with_root(rt, &CLOSE, stream).map(|_| ()) }
    }
}

impl Promises for Futures {
    #[inline]
    unsafe fn fulfilled(
        rt: &mut OCamlRuntime,
        value: RawOCaml,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: passed on; the function takes any value.
        unsafe { calls::with_value(rt, &RETURNED, value) }
    }

    fn rejected(
        rt: &mut OCamlRuntime,
        exception: &OCamlException,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: the function takes an exception.
        unsafe { calls::with_exception(rt, &RAISED, exception) }
    }

    #[inline]
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
        // SAFETY: the function takes an int; making a root does not collect.
        unsafe {
            let promise = calls::with_key(rt, &PENDING, key)?;
            Ok(Pair { promise, resolver: promise.root() })
        }
    }

    #[inline]
    unsafe fn fulfil(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        value: RawOCaml,
    ) -> Result<(), OCamlException> {
        // SAFETY: passed on; the function takes a future and a value of its type.
        unsafe { calls::fulfil(rt, &RETURN, resolver, value) }
    }

    fn reject(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        exception: &OCamlException,
    ) -> Result<(), OCamlException> {
        // SAFETY: the function takes a future and an exception.
        unsafe { calls::reject(rt, &RAISE, resolver, exception) }
    }
}
