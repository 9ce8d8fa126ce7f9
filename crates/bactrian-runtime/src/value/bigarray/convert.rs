//! Copies: `Vec` and slices to Bigarrays of one dimension, and back.

use super::{Array1, BigarrayElt, Layout};
use crate::conv::{ConversionError, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;

macro_rules! from_slice {
    ($($rust:ty),*) => {$(
        // SAFETY: a Bigarray of these elements. They are copied; `Array1::from_vec` does not.
        unsafe impl<A: BigarrayElt, L: Layout> ToOCaml<Array1<A, L>> for $rust {
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, Array1<A, L>> {
                Array1::<A, L>::from_slice(rt, self)
            }
        }
    )*};
}

from_slice!([A::Item], &[A::Item], Vec<A::Item>, Box<[A::Item]>);

// SAFETY: copies the elements, after a look at whether it is a Bigarray of them.
unsafe impl<A: BigarrayElt, L: Layout> FromOCaml<Array1<A, L>> for Vec<A::Item> {
    from_ocaml_or_throw!(Array1<A, L>);

    fn try_from_ocaml(value: OCaml<'_, Array1<A, L>>) -> Result<Self, ConversionError> {
        value.try_view()?.try_to_vec()
    }
}

// SAFETY: as for `Vec`.
unsafe impl<A: BigarrayElt, L: Layout> FromOCaml<Array1<A, L>> for Box<[A::Item]> {
    from_ocaml_or_throw!(Array1<A, L>);

    fn try_from_ocaml(value: OCaml<'_, Array1<A, L>>) -> Result<Self, ConversionError> {
        Ok(value.try_view()?.try_to_vec()?.into_boxed_slice())
    }
}
