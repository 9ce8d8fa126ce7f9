//! Direct style: `async fn`s as `Bactrian.Future.t`, awaited under any scheduler.
//!
//! The OCaml half is the library `bactrian.future`. An executor without a host is driven by the threads that wait in
//! `await`; a scheduler that becomes the host (`Bactrian_future.Host`) does so in its own loop, and suspends a fibre instead.

mod affinity;
mod async_fn;
mod export;
mod externals;
mod host;
mod ops;
mod parallel;
mod sleep;

#[doc(hidden)]
pub use affinity::{AnyFuture, Probe, SendFuture, Threads};
pub use async_fn::OCamlAsyncFn;
#[doc(hidden)]
pub use export::export;
pub(crate) use host::{leaves_polling, served, usable};
#[doc(hidden)]
pub use ops::Futures;
pub(crate) use ops::{promise, stream};
#[doc(hidden)]
pub use parallel::parallel;

/// OCaml's `'a Bactrian.Future.t`, as the type of a value.
pub type OCamlFuture<T> = crate::promise::OCamlPromise<T, Futures>;

/// An OCaml future, `'a Bactrian.Future.t`, that Rust awaits: a future of `Result<T, OCamlException>`.
pub type Promise<T> = crate::promise::Promise<T, Futures>;

/// An OCaml stream, `'a Bactrian.Stream.t`, that Rust reads.
pub type OCamlStream<T> = crate::stream::OCamlStream<T, Futures>;
