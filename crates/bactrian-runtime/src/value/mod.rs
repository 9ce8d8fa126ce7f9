//! OCaml values: unrooted ([`OCaml`]), as references to roots ([`OCamlRef`]), and what their types say.
//!
//! One file an OCaml type holds its marker, its accessors and its conversions.

mod array;
mod ascii;
mod boxed_int;
mod cell;
mod closure;
mod float;
mod float_array;
mod int;
mod list;
mod map;
mod ocaml;
mod option;
mod pointer;
mod result;
mod simple;
mod string;
mod tuple;

pub use array::OCamlArray;
pub use boxed_int::{OCamlInt32, OCamlInt64, OCamlNativeInt};
pub use cell::{OCamlCell, OCamlRef};
pub(crate) use closure::call_closure;
pub use closure::{CallArguments, OCamlFn};
pub use float::OCamlFloat;
pub use float_array::OCamlFloatArray;
pub use int::OCamlInt;
pub use list::{ListIter, OCamlList};
pub use ocaml::{OCaml, OCamlAny};
pub use simple::OCamlChar;
pub use string::OCamlBytes;
pub(crate) use string::alloc_string;
