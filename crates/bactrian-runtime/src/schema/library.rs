//! The types of OCaml's standard library beyond the basic ones.

use super::{DescribeOCaml, Type};
use crate::value::bigarray::{Bigarray, BigarrayElt, Genarray, Kind, Layout};
use crate::value::{Either, OCamlHashtbl, OCamlLazy, OCamlMap, OCamlReference, OCamlSeq, OCamlSet};

super::generic! {
    Either<A, B>: "Either.t";
    OCamlHashtbl<K, V>: "Hashtbl.t";
    OCamlLazy<T>: "Lazy.t";
    OCamlReference<T>: "ref";
    OCamlSeq<T>: "Seq.t";
}

/// The `M.t` of a module that [`ocaml_collections!`](crate::ocaml_collections) declares.
#[diagnostic::on_unimplemented(message = "the OCaml module of `{Self}` is not described")]
#[doc(hidden)]
pub trait DescribeCollection {
    /// `M.t`
    const NAME: &'static str;
}

impl<M: DescribeCollection, V: DescribeOCaml> DescribeOCaml for OCamlMap<M, V> {
    const TYPE: &'static Type = &Type::Named { name: M::NAME, arguments: &[V::TYPE] };
}

impl<M: DescribeCollection> DescribeOCaml for OCamlSet<M> {
    const TYPE: &'static Type = &Type::named(M::NAME);
}

impl<A: BigarrayElt, const N: usize, L: Layout> DescribeOCaml for Bigarray<A, N, L> {
    const TYPE: &'static Type = &Type::Named {
        name: match N {
            0 => "Bigarray.Array0.t",
            1 => "Bigarray.Array1.t",
            2 => "Bigarray.Array2.t",
            3 => "Bigarray.Array3.t",
            _ => panic!("OCaml has no Bigarray of so many dimensions: use a Genarray"),
        },
        arguments: &[&item(A::KIND), &kind(A::KIND), &layout::<L>()],
    };
}

impl<A: BigarrayElt, L: Layout> DescribeOCaml for Genarray<A, L> {
    const TYPE: &'static Type = &Type::Named {
        name: "Bigarray.Genarray.t",
        arguments: &[&item(A::KIND), &kind(A::KIND), &layout::<L>()],
    };
}

/// What OCaml reads from a Bigarray of the kind.
const fn item(kind: Kind) -> Type {
    match kind {
        Kind::Float16 | Kind::Float32 | Kind::Float64 => Type::named("float"),
        Kind::Int8Signed
        | Kind::Int8Unsigned
        | Kind::Int16Signed
        | Kind::Int16Unsigned
        | Kind::Int => Type::named("int"),
        Kind::Int32 => Type::named("int32"),
        Kind::Int64 => Type::named("int64"),
        Kind::Nativeint => Type::named("nativeint"),
        Kind::Complex32 | Kind::Complex64 => Type::named("Complex.t"),
        Kind::Char => Type::named("char"),
    }
}

/// The type that stands for the kind.
const fn kind(kind: Kind) -> Type {
    match kind {
        Kind::Float16 => Type::named("Bigarray.float16_elt"),
        Kind::Float32 => Type::named("Bigarray.float32_elt"),
        Kind::Float64 => Type::named("Bigarray.float64_elt"),
        Kind::Int8Signed => Type::named("Bigarray.int8_signed_elt"),
        Kind::Int8Unsigned | Kind::Char => Type::named("Bigarray.int8_unsigned_elt"),
        Kind::Int16Signed => Type::named("Bigarray.int16_signed_elt"),
        Kind::Int16Unsigned => Type::named("Bigarray.int16_unsigned_elt"),
        Kind::Int32 => Type::named("Bigarray.int32_elt"),
        Kind::Int64 => Type::named("Bigarray.int64_elt"),
        Kind::Int => Type::named("Bigarray.int_elt"),
        Kind::Nativeint => Type::named("Bigarray.nativeint_elt"),
        Kind::Complex32 => Type::named("Bigarray.complex32_elt"),
        Kind::Complex64 => Type::named("Bigarray.complex64_elt"),
    }
}

const fn layout<L: Layout>() -> Type {
    if L::FORTRAN {
        Type::named("Bigarray.fortran_layout")
    } else {
        Type::named("Bigarray.c_layout")
    }
}
