//! The command `bactrian`, as a library: reading what is said about functions and types in a library, and generating OCaml
//! from it.

pub mod add_crate;
pub mod bindings;
pub mod doctor;
pub mod error;
pub mod imports;
pub mod inspect;
pub mod library;
pub mod new;
pub mod output;
mod sexp;
pub mod style;
pub mod templates;

mod args;

pub use args::main;
