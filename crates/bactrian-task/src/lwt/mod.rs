//! Lwt: `async fn`s as `Lwt.t`, and `Lwt.t` as futures.
//!
//! The OCaml half is the library `bactrian-lwt`. Lwt has one main loop in a program and is for one thread at a time. So one
//! domain, the first that uses this module, is Lwt's, and the tasks of that domain's executor are polled by the thread that
//! runs the loop, which is the only one that may ask for promises.

mod async_fn;
mod engine;
mod export;
mod externals;
mod host;
mod ops;
mod resolver;

pub use async_fn::OCamlAsyncFn;
#[doc(hidden)]
pub use export::export;
pub(crate) use host::{attached, served};
#[doc(hidden)]
pub use ops::Lwt;
pub(crate) use ops::stream;
pub use resolver::Resolver;

/// OCaml's `'a Lwt.t`, as the type of a value.
pub type OCamlLwt<T> = crate::promise::OCamlPromise<T, Lwt>;

/// An OCaml promise, `'a Lwt.t`, that Rust awaits: a future of `Result<T, OCamlException>`.
pub type Promise<T> = crate::promise::Promise<T, Lwt>;

/// An OCaml stream, `'a Lwt_stream.t`, that Rust reads.
pub type OCamlStream<T> = crate::stream::OCamlStream<T, Lwt>;
