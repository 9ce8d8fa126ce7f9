//! The OCaml functions of `bactrian-lwt` that Rust calls.
//!
//! They are registered by name when the library starts; each name is looked up once.

use crate::calls::{self, Functions};
use crate::export::{Pair, Promises};
use crate::promise::Kind;
use crate::promise::sealed::Sealed;
use crate::slab::Key;
use crate::stream::StreamKind;
use bactrian_runtime::__private::{NamedValue, import, val_int};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};

static TASK: NamedValue = NamedValue::new(c"Bactrian_lwt.task");
static PAIR: NamedValue = NamedValue::new(c"Bactrian_lwt.pair");
static STREAM: NamedValue = NamedValue::new(c"Bactrian_lwt.stream");
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

static FUNCTIONS: Functions = Functions {
    state: NamedValue::new(c"Bactrian_lwt.state"),
    watch: NamedValue::new(c"Bactrian_lwt.watch"),
    forget: NamedValue::new(c"Bactrian_lwt.forget"),
    cancel: NamedValue::new(c"Bactrian_lwt.cancel"),
    fulfilled: NamedValue::new(c"Bactrian_lwt.return"),
    rejected: NamedValue::new(c"Bactrian_lwt.fail"),
    fulfil: NamedValue::new(c"Bactrian_lwt.resolve"),
    reject: NamedValue::new(c"Bactrian_lwt.reject"),
    next: NamedValue::new(c"Bactrian_lwt.next"),
};

// SAFETY: those are the functions that the OCaml library registers.
unsafe impl Sealed for Lwt {
    #[inline]
    fn functions() -> &'static Functions {
        &FUNCTIONS
    }
}

impl Kind for Lwt {
    const NAME: &'static str = "Lwt.t";
    const LOOP: bool = true;
}

impl StreamKind for Lwt {
    const STREAM: &'static str = "Lwt_stream.t";

    /// There is no such thing: what has no reader is collected.
    fn close(_: &mut OCamlRuntime, _: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        Ok(())
    }
}

impl Promises for Lwt {
    #[inline]
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
        // SAFETY: the function takes an int and returns a pair.
        unsafe { Ok(split(calls::with_key(rt, &TASK, key)?)) }
    }
}
