//! What the macros of Bactrian expand to.
//!
//! `export` makes shims, `import` the functions of `ocaml!`, `derive` the conversions of structs and enums, `ocaml_test` the
//! tests of programs that Rust starts. Generated code is short and calls `bactrian::__private`; ARCHITECTURE.md says what a
//! shim does in which order.

extern crate proc_macro;

mod derive;
mod export;
mod import;
mod ocaml_test;
mod schema;
mod types;

pub use derive::{
    derive_custom, derive_describe, derive_exception, derive_from_ocaml, derive_to_ocaml,
    derive_view,
};
pub use export::export;
pub use import::ocaml;
pub use ocaml_test::ocaml_test;
