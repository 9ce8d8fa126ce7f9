//! Rust futures and OCaml promises: one executor per domain, with tokio beside it.
//!
//! An [`Executor`](Handle) belongs to an OCaml domain. Its tasks are polled by that domain only, with the domain's
//! lock held, when the domain's event loop calls its *tick*. So a task may hold what is not `Send`, and may use
//! OCaml, through [`with_runtime`]. While it is polled the context of a tokio runtime is entered: `tokio::spawn`,
//! its timers and its sockets work in it.
//!
//! * OCaml calls Rust: `#[export(lwt)] async fn` (see the crate `bactrian`) is an external that returns an `Lwt.t`.
//! * Rust calls OCaml: [`lwt::Promise`] is an `Lwt.t` that Rust awaits, [`lwt::OCamlAsyncFn`] an OCaml function that
//!   returns one, [`lwt::Resolver`] settles one that Rust made.
//! * Tasks of Rust's own: [`spawn_local`], and [`Handle::spawn`] from any thread.
//!
//! "How an async call travels" in ARCHITECTURE.md is the map of this crate.

mod calls;
pub mod channel;
mod context;
mod domain_cell;
mod drive;
mod executor;
mod export;
mod externals;
mod fork;
pub mod future;
mod gate;
mod handle;
mod join;
pub mod lwt;
mod panics;
pub mod promise;
mod settlement;
mod shutdown;
mod slab;
mod sleeper;
mod sleepers;
pub mod stream;
mod sync;
mod task;
mod thread;
mod tick;
mod tokio_bridge;
mod waiting;

pub use context::with_runtime;
pub use handle::{Handle, spawn_local};
pub use join::{JoinError, JoinHandle};
pub use tokio_bridge::{set_tokio_workers, tokio_handle};
