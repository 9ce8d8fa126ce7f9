//! `#[export] async fn`.

use super::affinity::Threads;
use super::host;
use super::ops::Futures;
use crate::export::{self, Convert};
use bactrian_runtime::{OCamlException, OCamlRuntime, RawOCaml};
use core::future::Future;

/// Starts an exported future on the executor of this domain: what `#[export] async fn` expands to.
///
/// The error, a call where no task can be run, is to be raised.
///
/// # Safety
/// The future must be `Send` if `threads` says that all may poll it.
pub unsafe fn export<R: 'static>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    threads: Threads,
    future: impl Future<Output = R> + 'static,
    convert: Convert<R>,
) -> Result<RawOCaml, OCamlException> {
    let executor = host::usable(rt, function, threads)?;
    export::start::<Futures, R>(rt, executor, threads.id(), function, future, convert)
}
