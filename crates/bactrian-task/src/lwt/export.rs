//! `#[export(lwt)] async fn`.

use super::host::attached;
use super::ops;
use crate::export::{self, Convert, Pair, Promises};
use crate::promise::sealed::Sealed;
use crate::promise::{Kind, State, WaitKey};
use crate::slab::Key;
use crate::stream::StreamKind;
use crate::thread::ThreadId;
use bactrian_runtime::{BoxRoot, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};
use core::future::Future;

/// Lwt's promises.
pub enum Lwt {}

impl Sealed for Lwt {}

impl Kind for Lwt {
    const NAME: &'static str = "Lwt.t";
    const LOOP: bool = true;

    fn state<'gc>(
        rt: &'gc mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
    ) -> Result<State<'gc>, OCamlException> {
        ops::state(rt, promise)
    }

    fn watch(
        rt: &mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
        key: WaitKey,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        ops::watch(rt, promise, key.0)
    }

    fn forget(rt: &mut OCamlRuntime, guard: BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        ops::forget(rt, guard)
    }

    fn cancel(rt: &mut OCamlRuntime, promise: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        ops::cancel(rt, promise)
    }
}

impl StreamKind for Lwt {
    const STREAM: &'static str = "Lwt_stream.t";

    fn next(
        rt: &mut OCamlRuntime,
        stream: &BoxRoot<OCamlAny>,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        ops::next(rt, stream)
    }

    /// There is no such thing: what has no reader is collected.
    fn close(_: &mut OCamlRuntime, _: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        Ok(())
    }
}

impl Promises for Lwt {
    #[inline]
    unsafe fn fulfilled(
        rt: &mut OCamlRuntime,
        value: RawOCaml,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: passed on.
        unsafe { ops::return_(rt, value) }
    }

    fn rejected(
        rt: &mut OCamlRuntime,
        exception: &OCamlException,
    ) -> Result<RawOCaml, OCamlException> {
        ops::fail(rt, exception)
    }

    #[inline]
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException> {
        ops::task(rt, key)
    }

    #[inline]
    unsafe fn fulfil(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        value: RawOCaml,
    ) -> Result<(), OCamlException> {
        // SAFETY: passed on.
        unsafe { ops::resolve(rt, resolver, value) }
    }

    fn reject(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        exception: &OCamlException,
    ) -> Result<(), OCamlException> {
        ops::reject(rt, resolver, exception)
    }
}

/// Starts an exported future on the executor of this domain: what `#[export(lwt)]` expands to.
///
/// The error, a call on a thread that is not Lwt's, is to be raised.
pub fn export<R: 'static>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    future: impl Future<Output = R> + 'static,
    convert: Convert<R>,
) -> Result<RawOCaml, OCamlException> {
    let executor = attached(rt, function)?;
    export::start::<Lwt, R>(rt, executor, ThreadId::binding(), function, future, convert)
}
