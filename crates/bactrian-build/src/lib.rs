//! Builds the OCaml part of a Rust program with dune, and tells Cargo how to link it.
//!
//! ```no_run
//! // In the `main` of build.rs:
//! bactrian_build::Dune::new("ocaml").library("calc").build();
//! ```
//!
//! Here `ocaml` is a dune project beside `Cargo.toml`, and `calc` one of its libraries. The libraries
//! that are named, all that they need and the OCaml runtime become one object file, which is linked into the
//! binaries, tests and examples of the package, and into what depends on it. `OCamlRuntime::init` of the crate
//! `bactrian` starts it. A program holds one such object, since a process has one OCaml runtime.
//!
//! Cargo runs dune again when a source of the project changes. What dune makes stays in `OUT_DIR`, with a lock of its
//! own: a `dune build --watch` that runs on the same project is neither waited for nor disturbed.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `BACTRIAN_DUNE` | the dune to run, when it is not the one on PATH |
//! | `BACTRIAN_OCAMLC` | the `ocamlc` whose OCaml is used, for this crate and for `bactrian` |
//! | `BACTRIAN_MODE` | `native` or `bytecode`, for builds that do not say it by [`Dune::mode`] |
//! | `AR` | the archiver, `ar` by default |

mod cargo;
mod compiler;
mod dune;
mod environment;
mod error;
mod project;
mod workspace;

pub use dune::{Built, Dune, Mode};
pub use error::Error;
