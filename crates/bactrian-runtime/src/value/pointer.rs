//! Rust values that stand for another: `Box`, references, and roots.

use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::roots::BoxRoot;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList};

// SAFETY: as for the contents.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<M> for Box<T> {
    const ALLOCATES: bool = T::ALLOCATES;

    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, M> {
        (**self).to_ocaml(rt)
    }
}

// SAFETY: as for the contents.
unsafe impl<T: FromOCaml<M>, M> FromOCaml<M> for Box<T> {
    from_ocaml_or_throw!(M);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, M>) -> Result<Self, ConversionError> {
        T::try_from_ocaml(value).map(Box::new)
    }
}

impl<T: DefaultOCamlMapping> DefaultOCamlMapping for Box<T> {
    type OCamlType = T::OCamlType;
    type VecType = T::VecType;
    const IS_FLOAT: bool = T::IS_FLOAT;
}

// SAFETY: the value that the root holds.
unsafe impl<T> ToOCaml<T> for BoxRoot<T> {
    const ALLOCATES: bool = false;

    #[inline(always)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, T> {
        self.get(rt)
    }
}

// SAFETY: the word is only kept.
unsafe impl<T> FromOCaml<T> for BoxRoot<T> {
    #[inline(always)]
    fn from_ocaml(value: OCaml<'_, T>) -> Self {
        BoxRoot::new(value)
    }
}

impl<T> DefaultOCamlMapping for BoxRoot<T> {
    type OCamlType = T;
    type VecType = OCamlList<T>;
}
