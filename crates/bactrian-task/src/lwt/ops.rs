//! The OCaml functions of `bactrian-lwt` that Rust calls, one Rust function each.
//!
//! They are registered by name when the library starts; each name is looked up once.

use crate::calls;
use crate::export::{Pair, Promises};
use crate::promise::sealed::Sealed;
use crate::promise::{Kind, State, WaitKey};
use crate::slab::Key;
use crate::stream::StreamKind;
use bactrian_runtime::__private::{NamedValue, import, val_int};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};

static RETURN: NamedValue = NamedValue::new(c"Bactrian_lwt.return");
static FAIL: NamedValue = NamedValue::new(c"Bactrian_lwt.fail");
static TASK: NamedValue = NamedValue::new(c"Bactrian_lwt.task");
static PAIR: NamedValue = NamedValue::new(c"Bactrian_lwt.pair");
static RESOLVE: NamedValue = NamedValue::new(c"Bactrian_lwt.resolve");
static REJECT: NamedValue = NamedValue::new(c"Bactrian_lwt.reject");
static STATE: NamedValue = NamedValue::new(c"Bactrian_lwt.state");
static WATCH: NamedValue = NamedValue::new(c"Bactrian_lwt.watch");
static CANCEL: NamedValue = NamedValue::new(c"Bactrian_lwt.cancel");
static FORGET: NamedValue = NamedValue::new(c"Bactrian_lwt.forget");
static STREAM: NamedValue = NamedValue::new(c"Bactrian_lwt.stream");
static NEXT: NamedValue = NamedValue::new(c"Bactrian_lwt.next");
static ATTACH: NamedValue = NamedValue::new(c"Bactrian_lwt.attach");
static DETACH: NamedValue = NamedValue::new(c"Bactrian_lwt.detach");
static KICK: NamedValue = NamedValue::new(c"Bactrian_lwt.kick");
static NOTIFY: NamedValue = NamedValue::new(c"Bactrian_lwt.notify");

/// A promise that Rust code settles.
pub(super) fn pair(rt: &mut OCamlRuntime) -> Result<Pair<'_>, OCamlException> {
    // SAFETY: the function takes a unit and returns a pair.
    unsafe { Ok(split(import::call(rt, &PAIR, [val_int(0)])?)) }
}

/// # Safety
/// The value must be a pair.
#[inline]
unsafe fn split(pair: OCaml<'_, OCamlAny>) -> Pair<'_> {
    // SAFETY: passed on; making a root does not collect.
    unsafe { Pair { promise: pair.field(0), resolver: pair.field(1).root() } }
}

/// A `Lwt_stream.t` that pulls from the stream of this key, on this domain.
pub(crate) fn stream(rt: &mut OCamlRuntime, key: Key) -> Result<RawOCaml, OCamlException> {
    // SAFETY: the function takes an int.
    unsafe { Ok(calls::with_key(rt, &STREAM, key)?.raw()) }
}

/// Has Lwt's loop watch a descriptor for this domain.
pub(super) fn attach(rt: &mut OCamlRuntime, descriptor: i64) -> Result<(), OCamlException> {
    // SAFETY: the function takes an int.
    unsafe { import::call::<(), 1>(rt, &ATTACH, [val_int(descriptor)]).map(|_| ()) }
}

/// Has Lwt's loop forget it.
pub(super) fn detach(rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
    // SAFETY: the function takes a unit.
    unsafe { import::call::<(), 1>(rt, &DETACH, [val_int(0)]).map(|_| ()) }
}

/// Keeps Lwt's loop, which runs on this thread, from sleeping before it has called `turn`.
pub(super) fn kick(rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
    // SAFETY: the function takes a unit.
    unsafe { import::call::<(), 1>(rt, &KICK, [val_int(0)]).map(|_| ()) }
}

/// Has Lwt's loop, which runs on another thread, adopt the executor of this domain.
pub(super) fn notify(rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
    // SAFETY: the function takes a unit.
    unsafe { import::call::<(), 1>(rt, &NOTIFY, [val_int(0)]).map(|_| ()) }
}

/// Lwt's promises.
pub enum Lwt {}

impl Sealed for Lwt {}

impl Kind for Lwt {
    const NAME: &'static str = "Lwt.t";
    const LOOP: bool = true;

    /// `Lwt.state`.
    fn state<'gc>(
        rt: &'gc mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
    ) -> Result<State<'gc>, OCamlException> {
        // SAFETY: that is `'a Lwt.state`.
        unsafe { Ok(State::of(calls::with_root(rt, &STATE, promise)?)) }
    }

    fn watch(
        rt: &mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
        key: WaitKey,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a promise and an int, and returns a promise.
        unsafe { Ok(calls::with_root_and_key(rt, &WATCH, promise, key.0)?.root()) }
    }

    fn forget(rt: &mut OCamlRuntime, guard: BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes what `watch` returns.
        unsafe { calls::with_last(rt, &FORGET, guard) }
    }

    /// `Lwt.cancel`.
    fn cancel(rt: &mut OCamlRuntime, promise: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a promise.
        unsafe { calls::with_root(rt, &CANCEL, promise).map(|_| ()) }
    }
}

impl StreamKind for Lwt {
    const STREAM: &'static str = "Lwt_stream.t";

    /// `Lwt_stream.get`.
    fn next(
        rt: &mut OCamlRuntime,
        stream: &BoxRoot<OCamlAny>,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe { Ok(calls::with_root(rt, &NEXT, stream)?.root()) }
    }

    /// There is no such thing: what has no reader is collected.
    fn close(_: &mut OCamlRuntime, _: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        Ok(())
    }
}

impl Promises for Lwt {
    /// `Lwt.return`.
    #[inline]
    unsafe fn fulfilled(
        rt: &mut OCamlRuntime,
        value: RawOCaml,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: passed on; the function takes any value.
        unsafe { calls::with_value(rt, &RETURN, value) }
    }

    /// `Lwt.fail`.
    fn rejected(
        rt: &mut OCamlRuntime,
        exception: &OCamlException,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: the function takes an exception.
        unsafe { calls::with_exception(rt, &FAIL, exception) }
    }

    #[inline]
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
        // SAFETY: the function takes an int and returns a pair.
        unsafe { Ok(split(calls::with_key(rt, &TASK, key)?)) }
    }

    /// `Lwt.wakeup_later`.
    #[inline]
    unsafe fn fulfil(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        value: RawOCaml,
    ) -> Result<(), OCamlException> {
        // SAFETY: passed on; the function takes a resolver and a value of its type.
        unsafe { calls::fulfil(rt, &RESOLVE, resolver, value) }
    }

    /// `Lwt.wakeup_later_exn`.
    fn reject(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        exception: &OCamlException,
    ) -> Result<(), OCamlException> {
        // SAFETY: the function takes a resolver and an exception.
        unsafe { calls::reject(rt, &REJECT, resolver, exception) }
    }
}
