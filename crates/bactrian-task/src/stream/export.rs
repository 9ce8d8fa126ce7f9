//! `#[export] fn … -> impl Stream`.

use super::source::register;
use crate::context;
use crate::executor::Executor;
use crate::export::Convert;
use crate::future::{self, Futures, Threads};
use crate::lwt::{self, Lwt};
use bactrian_runtime::{OCamlException, OCamlRuntime, RawOCaml};
use futures_core::Stream;
use std::sync::Arc;

/// Where a stream is made and polled.
pub struct Home(Arc<Executor>);

impl Home {
    /// Makes the stream, where tasks can be spawned.
    pub fn make<S>(&self, rt: &mut OCamlRuntime, make: impl FnOnce() -> S) -> S {
        context::enter(&self.0, rt, make)
    }
}

/// What `#[export]` of a stream begins with. The error, a call where nothing can be polled, is to be raised.
pub fn enter_stream(rt: &mut OCamlRuntime, function: &'static str) -> Result<Home, OCamlException> {
    future::usable(rt, function, Threads::All).map(Home)
}

/// The same for `#[export(lwt)]`.
pub fn enter_lwt(rt: &mut OCamlRuntime, function: &'static str) -> Result<Home, OCamlException> {
    lwt::attached(rt, function).map(Home)
}

/// Gives OCaml a `'a Bactrian.Stream.t`.
///
/// # Safety
/// The stream must be `Send` if `threads` says that all may poll it.
pub unsafe fn export_stream<S: Stream + 'static>(
    rt: &mut OCamlRuntime,
    home: Home,
    function: &'static str,
    threads: Threads,
    stream: S,
    convert: Convert<Option<S::Item>>,
) -> Result<RawOCaml, OCamlException> {
    future::usable(rt, function, threads)?;
    let key = register::<Futures, S>(rt, &home.0, threads.id(), function, stream, convert);
    future::stream(rt, key)
}

/// Gives OCaml a `'a Lwt_stream.t`.
///
/// # Safety
/// As for [`export_stream`].
pub unsafe fn export_lwt_stream<S: Stream + 'static>(
    rt: &mut OCamlRuntime,
    home: Home,
    function: &'static str,
    threads: Threads,
    stream: S,
    convert: Convert<Option<S::Item>>,
) -> Result<RawOCaml, OCamlException> {
    let key = register::<Lwt, S>(rt, &home.0, threads.id(), function, stream, convert);
    lwt::stream(rt, key)
}
