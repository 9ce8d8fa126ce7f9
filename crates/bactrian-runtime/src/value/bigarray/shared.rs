//! Bigarrays that are used without the domain's lock.

use super::{Bigarray, BigarrayElt, CLayout, Layout, View};
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::roots::BoxRoot;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList};
use core::fmt;

/// A Bigarray that a root keeps alive, whose memory can be used on any thread, whether or not it holds a domain's lock.
///
/// An exported function can take one and return one; it is the Bigarray itself, not a copy.
///
/// ```no_run
/// use bactrian_runtime::{OCamlRuntime, bigarray::SharedArray1};
/// fn sum(rt: &mut OCamlRuntime, numbers: SharedArray1<f64>) -> f64 {
///     // OCaml goes on meanwhile, and may write the numbers too.
///     rt.releasing_runtime(|| numbers.view().iter().sum())
/// }
/// ```
pub struct Shared<A: BigarrayElt, const N: usize, L = CLayout> {
    root: BoxRoot<Bigarray<A, N, L>>,
    /// Of the Bigarray that the root holds: its memory does not move, and is freed after the root is dropped.
    view: View<'static, A, N, L>,
}

/// A Bigarray of one dimension.
pub type SharedArray1<A, L = CLayout> = Shared<A, 1, L>;
/// A Bigarray of two dimensions.
pub type SharedArray2<A, L = CLayout> = Shared<A, 2, L>;
/// A Bigarray of three dimensions.
pub type SharedArray3<A, L = CLayout> = Shared<A, 3, L>;

impl<A: BigarrayElt, const N: usize, L: Layout> Shared<A, N, L> {
    pub(super) fn new(value: OCaml<'_, Bigarray<A, N, L>>) -> Self {
        match Self::try_from_ocaml(value) {
            Ok(shared) => shared,
            Err(error) => error.throw(),
        }
    }

    /// The elements, in place.
    #[inline(always)]
    pub fn view(&self) -> View<'_, A, N, L> {
        self.view
    }

    /// The Bigarray itself.
    #[inline(always)]
    pub fn root(&self) -> &BoxRoot<Bigarray<A, N, L>> {
        &self.root
    }
}

impl<A: BigarrayElt, const N: usize, L: Layout> Clone for Shared<A, N, L> {
    /// Another root of the same Bigarray.
    ///
    /// # Panics
    /// When this thread does not hold its domain's lock.
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), view: self.view }
    }
}

impl<A: BigarrayElt, const N: usize, L: Layout> fmt::Debug for Shared<A, N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared<{} in {}, {:?}>", A::KIND, L::NAME, self.view.dims())
    }
}

// SAFETY: the Bigarray that the root holds.
unsafe impl<A: BigarrayElt, const N: usize, L: Layout> ToOCaml<Bigarray<A, N, L>>
    for Shared<A, N, L>
{
    const ALLOCATES: bool = false;

    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, Bigarray<A, N, L>> {
        self.root.get(rt)
    }
}

// SAFETY: looked at as what it was checked to be.
unsafe impl<A: BigarrayElt, const N: usize, L: Layout> FromOCaml<Bigarray<A, N, L>>
    for Shared<A, N, L>
{
    from_ocaml_or_throw!(Bigarray<A, N, L>);

    fn try_from_ocaml(value: OCaml<'_, Bigarray<A, N, L>>) -> Result<Self, ConversionError> {
        // SAFETY: the root that is made here keeps the memory alive as long as the view is lent.
        let view =
            unsafe { super::header::<A, L>(value.raw, Some(N)).map(|h| View::of_header(h))? };
        Ok(Self { root: value.root(), view })
    }
}

impl<A: BigarrayElt, const N: usize, L: Layout> DefaultOCamlMapping for Shared<A, N, L> {
    type OCamlType = Bigarray<A, N, L>;
    type VecType = OCamlList<Bigarray<A, N, L>>;
}

const _: () = {
    const fn is_send<T: Send + Sync>() {}
    is_send::<Shared<f64, 1>>();
};
