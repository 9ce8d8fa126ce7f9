//! Direct style: `async fn`s as `Bactrian.Future.t`, awaited under any scheduler.
//!
//! The OCaml half is the library `bactrian.future`. An executor without a host is driven by the threads that wait in
//! `await`; a scheduler that becomes the host (`Bactrian_future.Host`) does so in its own loop, and suspends a fibre instead.

mod affinity;
mod export;
mod externals;
mod host;
mod ops;
mod parallel;
mod sleep;

#[doc(hidden)]
pub use affinity::{AnyFuture, Probe, SendFuture, Threads};
#[doc(hidden)]
pub use export::export;
pub(crate) use host::served;
#[doc(hidden)]
pub use parallel::parallel;
