//! The OCaml functions of `bactrian.future` that Rust calls.

use crate::calls::{self, Functions};
use crate::export::{Pair, Promises};
use crate::promise::Kind;
use crate::promise::sealed::Sealed;
use crate::slab::Key;
use crate::stream::StreamKind;
use bactrian_runtime::__private::{NamedValue, import, val_int};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};

static PENDING: NamedValue = NamedValue::new(c"Bactrian_future.pending");
static PROMISE: NamedValue = NamedValue::new(c"Bactrian_future.promise");
static STREAM: NamedValue = NamedValue::new(c"Bactrian_future.stream");
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

static FUNCTIONS: Functions = Functions {
    state: NamedValue::new(c"Bactrian_future.state"),
    watch: NamedValue::new(c"Bactrian_future.watch"),
    forget: NamedValue::new(c"Bactrian_future.forget"),
    cancel: NamedValue::new(c"Bactrian_future.cancel"),
    fulfilled: NamedValue::new(c"Bactrian_future.returned"),
    rejected: NamedValue::new(c"Bactrian_future.raised"),
    fulfil: NamedValue::new(c"Bactrian_future.return"),
    reject: NamedValue::new(c"Bactrian_future.raise"),
    next: NamedValue::new(c"Bactrian_future.next"),
};

// SAFETY: those are the functions that the OCaml library registers.
unsafe impl Sealed for Futures {
    #[inline]
    fn functions() -> &'static Functions {
        &FUNCTIONS
    }
}

impl Kind for Futures {
    const NAME: &'static str = "Bactrian.Future.t";
    const LOOP: bool = false;
}

impl StreamKind for Futures {
    const STREAM: &'static str = "Bactrian.Stream.t";

    fn close(rt: &mut OCamlRuntime, stream: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe { calls::with_root(rt, &CLOSE, stream).map(|_| ()) }
    }
}

impl Promises for Futures {
    #[inline]
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
        // SAFETY: the function takes an int; making a root does not collect.
        unsafe {
            let promise = calls::with_key(rt, &PENDING, key)?;
            Ok(Pair { promise, resolver: promise.root() })
        }
    }
}
