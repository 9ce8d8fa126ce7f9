//! The OCaml functions of `bactrian-lwt` that Rust calls, one Rust function each.
//!
//! They are registered by name when the library starts; each name is looked up once. Words go in
//! unrooted, so that a call costs what the callback costs.

use crate::export::Pair;
use crate::promise::State;
use crate::slab::Key;
use crate::stream::raw_key;
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

/// `Lwt.return`.
///
/// # Safety
/// `value` must be a live word.
#[inline]
pub(super) unsafe fn return_(
    rt: &mut OCamlRuntime,
    value: RawOCaml,
) -> Result<RawOCaml, OCamlException> {
    // SAFETY: passed on.
    unsafe { Ok(import::call::<OCamlAny, 1>(rt, &RETURN, [value])?.raw()) }
}

/// `Lwt.fail`.
pub(super) fn fail(
    rt: &mut OCamlRuntime,
    exception: &OCamlException,
) -> Result<RawOCaml, OCamlException> {
    // SAFETY: the root keeps the exception alive until it is an argument.
    unsafe {
        let exception = exception.root().get(rt).raw();
        Ok(import::call::<OCamlAny, 1>(rt, &FAIL, [exception])?.raw())
    }
}

/// A promise that drops a task when OCaml cancels it.
pub(super) fn task(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
    // SAFETY: the function takes an int and returns a pair.
    unsafe { Ok(split(import::call(rt, &TASK, [raw_key(key)])?)) }
}

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

/// `Lwt.wakeup_later`. The error is an exception that escaped a continuation and the hook.
///
/// # Safety
/// `value` must be a live word of the resolver's type.
#[inline]
pub(super) unsafe fn resolve(
    rt: &mut OCamlRuntime,
    resolver: BoxRoot<OCamlAny>,
    value: RawOCaml,
) -> Result<(), OCamlException> {
    // SAFETY: passed on; nothing collects between the drop of the root and the call, which roots its arguments.
    unsafe {
        let word = resolver.get(rt).raw();
        drop(resolver);
        import::call::<(), 2>(rt, &RESOLVE, [word, value]).map(|_| ())
    }
}

/// `Lwt.wakeup_later_exn`. The error is as for [`resolve`].
pub(super) fn reject(
    rt: &mut OCamlRuntime,
    resolver: BoxRoot<OCamlAny>,
    exception: &OCamlException,
) -> Result<(), OCamlException> {
    // SAFETY: as above.
    unsafe {
        let word = resolver.get(rt).raw();
        let exception = exception.root().get(rt).raw();
        drop(resolver);
        import::call::<(), 2>(rt, &REJECT, [word, exception]).map(|_| ())
    }
}

/// `Lwt.state`.
pub(super) fn state<'gc>(
    rt: &'gc mut OCamlRuntime,
    promise: &BoxRoot<OCamlAny>,
) -> Result<State<'gc>, OCamlException> {
    // SAFETY: that is `'a Lwt.state`.
    unsafe {
        let word = promise.get(rt).raw();
        Ok(State::of(import::call::<OCamlAny, 1>(rt, &STATE, [word])?))
    }
}

/// Has [`wake`](super::externals) called with `key` when the promise is settled, or [`forget`] is called with what this gives.
pub(super) fn watch(
    rt: &mut OCamlRuntime,
    promise: &BoxRoot<OCamlAny>,
    key: Key,
) -> Result<BoxRoot<OCamlAny>, OCamlException> {
    // SAFETY: the function takes a promise and an int, and returns a promise.
    unsafe {
        let word = promise.get(rt).raw();
        Ok(import::call::<OCamlAny, 2>(rt, &WATCH, [word, raw_key(key)])?.root())
    }
}

/// Takes a [`watch`] off its promise.
pub(super) fn forget(
    rt: &mut OCamlRuntime,
    guard: BoxRoot<OCamlAny>,
) -> Result<(), OCamlException> {
    // SAFETY: the function takes what `watch` returns; nothing collects between the drop of the root and the call.
    unsafe {
        let word = guard.get(rt).raw();
        drop(guard);
        import::call::<(), 1>(rt, &FORGET, [word]).map(|_| ())
    }
}

/// `Lwt.cancel`.
pub(super) fn cancel(
    rt: &mut OCamlRuntime,
    promise: &BoxRoot<OCamlAny>,
) -> Result<(), OCamlException> {
    // SAFETY: the function takes a promise.
    unsafe {
        let word = promise.get(rt).raw();
        import::call::<(), 1>(rt, &CANCEL, [word]).map(|_| ())
    }
}

/// A `Lwt_stream.t` that pulls from the stream of this key, on this domain.
pub(crate) fn stream(rt: &mut OCamlRuntime, key: Key) -> Result<RawOCaml, OCamlException> {
    // SAFETY: the function takes an int.
    unsafe { Ok(import::call::<OCamlAny, 1>(rt, &STREAM, [raw_key(key)])?.raw()) }
}

/// `Lwt_stream.get`.
pub(super) fn next(
    rt: &mut OCamlRuntime,
    stream: &BoxRoot<OCamlAny>,
) -> Result<BoxRoot<OCamlAny>, OCamlException> {
    // SAFETY: the function takes a stream.
    unsafe {
        let word = stream.get(rt).raw();
        Ok(import::call::<OCamlAny, 1>(rt, &NEXT, [word])?.root())
    }
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
