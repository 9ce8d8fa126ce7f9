//! Constructors that are functions in ocaml-interop and methods here.

use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlList, OCamlRef};

/// `head :: tail`; the same as [`OCaml::cons`].
#[inline]
pub fn cons<'gc, T>(
    rt: &'gc mut OCamlRuntime,
    head: OCamlRef<'_, T>,
    tail: &OCamlCell<OCamlList<T>>,
) -> OCaml<'gc, OCamlList<T>> {
    OCaml::cons(rt, head, tail)
}

/// `Ok value`; the same as [`OCaml::ok`].
#[inline]
pub fn alloc_ok<'gc, T, E>(
    rt: &'gc mut OCamlRuntime,
    value: OCamlRef<'_, T>,
) -> OCaml<'gc, Result<T, E>> {
    OCaml::ok(rt, value)
}

/// `Error error`; the same as [`OCaml::error`].
#[inline]
pub fn alloc_error<'gc, T, E>(
    rt: &'gc mut OCamlRuntime,
    error: OCamlRef<'_, E>,
) -> OCaml<'gc, Result<T, E>> {
    OCaml::error(rt, error)
}
