//! OCaml values: unrooted ([`OCaml`]), as references to roots ([`OCamlRef`]), and what their types say.
//!
//! One file an OCaml type holds its marker, its accessors and its conversions.

mod array;
mod ascii;
pub mod bigarray;
mod boxed_int;
mod cell;
mod closure;
mod either;
mod float;
mod float_array;
mod hashtbl;
mod int;
mod lazy;
mod list;
mod map;
mod module;
mod ocaml;
mod option;
mod partial;
mod pointer;
mod reference;
mod result;
mod seq;
mod set;
mod shared;
mod simple;
mod string;
mod tuple;

pub use array::{ArrayIter, OCamlArray, OCamlUniformArray};
pub use boxed_int::{OCamlInt32, OCamlInt64, OCamlNativeInt};
pub use cell::{OCamlCell, OCamlRef};
pub(crate) use closure::call_closure;
pub use closure::{CallArguments, OCamlFn};
pub use either::Either;
pub use float::OCamlFloat;
pub use float_array::OCamlFloatArray;
pub use hashtbl::OCamlHashtbl;
pub use int::OCamlInt;
pub use lazy::OCamlLazy;
pub use list::{ListIter, OCamlList};
pub use module::{CollectionModule, OCamlMap, OCamlSet};
pub use ocaml::{OCaml, OCamlAny};
pub use partial::{JoinArguments, SplitArguments};
pub use reference::OCamlReference;
pub use seq::{OCamlSeq, SeqIter};
pub use shared::{Plain, SharedCell};
pub use simple::OCamlChar;
pub use string::OCamlBytes;
pub(crate) use string::alloc_string;
