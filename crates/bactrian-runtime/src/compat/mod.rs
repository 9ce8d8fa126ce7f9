//! The vocabulary of ocaml-interop where it differs from ours, so that code written for it compiles.
//!
//! Thin over the rest of the crate. New code has no need of it: the guide's page on migrating says what each name is here.

mod constructors;
mod function;
mod immediate;
mod mapping;

pub use constructors::{alloc_error, alloc_ok, cons};
pub use mapping::{FlatFloats, IsFloat, hash_of_last_segment, unexpected_tag};

use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlRef};

/// An OCaml function that takes one argument.
pub type OCamlFn1<'a, A, R> = unsafe fn(&'a mut OCamlRuntime, OCamlRef<A>) -> OCaml<'a, R>;
/// An OCaml function that takes two arguments.
pub type OCamlFn2<'a, A, B, R> =
    unsafe fn(&'a mut OCamlRuntime, OCamlRef<A>, OCamlRef<B>) -> OCaml<'a, R>;
/// An OCaml function that takes three arguments.
pub type OCamlFn3<'a, A, B, C, R> =
    unsafe fn(&'a mut OCamlRuntime, OCamlRef<A>, OCamlRef<B>, OCamlRef<C>) -> OCaml<'a, R>;
/// An OCaml function that takes four arguments.
pub type OCamlFn4<'a, A, B, C, D, R> = unsafe fn(
    &'a mut OCamlRuntime,
    OCamlRef<A>,
    OCamlRef<B>,
    OCamlRef<C>,
    OCamlRef<D>,
) -> OCaml<'a, R>;
/// An OCaml function that takes five arguments.
pub type OCamlFn5<'a, A, B, C, D, E, R> = unsafe fn(
    &'a mut OCamlRuntime,
    OCamlRef<A>,
    OCamlRef<B>,
    OCamlRef<C>,
    OCamlRef<D>,
    OCamlRef<E>,
) -> OCaml<'a, R>;
