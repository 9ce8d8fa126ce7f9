//! Streams across the border: those of Rust that OCaml reads, and those of OCaml that Rust reads.
//!
//! OCaml sees `'a Bactrian.Stream.t` or `'a Lwt_stream.t`, which asks for one element at a time. Each pull is a task of its own.

mod export;
mod externals;
mod ocaml;
mod remote;
mod source;

#[doc(hidden)]
pub use export::{enter_lwt, enter_stream, export_lwt_stream, export_stream};
/// `futures_core::Stream`.
pub use futures_core::Stream;
#[doc(hidden)]
pub use ocaml::StreamKind;
pub use ocaml::{OCamlStream, OCamlStreamOf};
pub(crate) use source::Source;
