//! Programs in the style of ocaml-interop: nothing of them was changed but the crate's name, which the next line stands for.
//! `parity.ml` calls them.

extern crate bactrian as ocaml_interop;

mod accessors;
mod arrays;
mod calls;
mod conversions;
mod derived;
mod exports;
mod names;
mod polymorphic;
mod records;
mod threads;
mod variants;
