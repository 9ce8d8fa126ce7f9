//! `#[export(lwt)] async fn`.

use super::host::attached;
use super::ops::Lwt;
use crate::export::{self, Convert};
use crate::thread::ThreadId;
use bactrian_runtime::{OCamlException, OCamlRuntime, RawOCaml};
use core::future::Future;

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
