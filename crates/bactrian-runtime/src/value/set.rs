//! Sets, and other collections, as lists.

use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::runtime::OCamlRuntime;
use crate::value::list::{in_element, list_from_last};
use crate::value::{OCaml, OCamlList};
use core::hash::{BuildHasher, Hash};
use std::collections::{BTreeSet, HashSet, VecDeque};

// SAFETY: a list of the elements. The order is the set's own, which is arbitrary.
unsafe impl<T: ToOCaml<M>, S, M> ToOCaml<OCamlList<M>> for HashSet<T, S> {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<M>> {
        list_from_last(rt, self.iter())
    }
}

// SAFETY: a list of the elements, in ascending order.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<OCamlList<M>> for BTreeSet<T> {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<M>> {
        list_from_last(rt, self.iter().rev())
    }
}

// SAFETY: a list of the elements, in their order.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<OCamlList<M>> for VecDeque<T> {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<M>> {
        list_from_last(rt, self.iter().rev())
    }
}

macro_rules! from_list {
    ($([$($generics:tt)*] [$($bounds:tt)*] $rust:ty;)*) => {$(
        // SAFETY: reads the elements as Ms.
        unsafe impl<T, M: 'static, $($generics)*> FromOCaml<OCamlList<M>> for $rust
        where
            T: FromOCaml<M>,
            $($bounds)*
        {
            from_ocaml_or_throw!(OCamlList<M>);

            fn try_from_ocaml(value: OCaml<'_, OCamlList<M>>) -> Result<Self, ConversionError> {
                value
                    .iter()
                    .enumerate()
                    .map(|(index, item)| T::try_from_ocaml(item).map_err(|e| in_element(index, e)))
                    .collect()
            }
        }
    )*};
}

from_list! {
    [S] [T: Eq + Hash, S: BuildHasher + Default] HashSet<T, S>;
    [] [T: Ord] BTreeSet<T>;
    [] [] VecDeque<T>;
}

macro_rules! mapping {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        impl<T: DefaultOCamlMapping, $($generics)*> DefaultOCamlMapping for $rust {
            type OCamlType = OCamlList<T::OCamlType>;
            type VecType = OCamlList<Self::OCamlType>;
        }
    )*};
}

mapping! {
    [S] HashSet<T, S>;
    [] BTreeSet<T>;
    [] VecDeque<T>;
}
