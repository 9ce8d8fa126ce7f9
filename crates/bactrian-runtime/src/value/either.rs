//! `Either.t`.

use crate::alloc::small_block;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList, OCamlRef};

const LEFT: u8 = 0;
const RIGHT: u8 = 1;

/// One of two: OCaml's `('a, 'b) Either.t`, as a Rust type and as the OCaml type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Either<A, B> {
    /// `Left value`
    Left(A),
    /// `Right value`
    Right(B),
}

impl<'gc, A, B> OCaml<'gc, Either<A, B>> {
    /// The value of `Left` or `Right`.
    #[inline]
    pub fn to_either(&self) -> Either<OCaml<'gc, A>, OCaml<'gc, B>> {
        // SAFETY: both constructors are blocks with one field, told apart by the tag.
        unsafe {
            if self.tag() == LEFT {
                Either::Left(self.field(0))
            } else {
                Either::Right(self.field(0))
            }
        }
    }

    /// `Left value`
    #[inline]
    pub fn left(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, A>) -> Self {
        // SAFETY: the word is live, and the handle proves the lock.
        unsafe {
            let block = small_block(LEFT, [value.get_raw()]);
            OCaml::new(rt, block)
        }
    }

    /// `Right value`
    #[inline]
    pub fn right(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, B>) -> Self {
        // SAFETY: as for `left`.
        unsafe {
            let block = small_block(RIGHT, [value.get_raw()]);
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: a block with the constructor's tag and one field.
unsafe impl<A: ToOCaml<M>, B: ToOCaml<N>, M, N> ToOCaml<Either<M, N>> for Either<A, B> {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, Either<M, N>> {
        let (tag, field) = match self {
            Either::Left(value) => (LEFT, value.to_ocaml(rt).raw),
            Either::Right(value) => (RIGHT, value.to_ocaml(rt).raw),
        };
        // SAFETY: the field was made just before.
        unsafe {
            let block = small_block(tag, [field]);
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: reads an either as one.
unsafe impl<A: FromOCaml<M>, B: FromOCaml<N>, M, N> FromOCaml<Either<M, N>> for Either<A, B> {
    from_ocaml_or_throw!(Either<M, N>);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, Either<M, N>>) -> Result<Self, ConversionError> {
        match value.to_either() {
            Either::Left(value) => A::try_from_ocaml(value).map(Either::Left),
            Either::Right(value) => B::try_from_ocaml(value).map(Either::Right),
        }
    }
}

impl<A: DefaultOCamlMapping, B: DefaultOCamlMapping> DefaultOCamlMapping for Either<A, B> {
    type OCamlType = Either<A::OCamlType, B::OCamlType>;
    type VecType = OCamlList<Self::OCamlType>;
}
