//! `array`, of values other than floats.

use crate::alloc::block_of_values;
use crate::conv::{ConversionError, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::{self, tag};
use crate::runtime::OCamlRuntime;
use crate::value::list::in_element;
use crate::value::{OCaml, OCamlFloat};
use core::any::TypeId;
use core::marker::PhantomData;

/// OCaml's `'a array`. `Vec` converts both ways when it is named: `#[ocaml(as_ = "OCamlArray<OCamlInt>")]`.
///
/// An array of floats has another shape: it is read element by element all the same, and
/// [`OCamlFloatArray`](crate::OCamlFloatArray) is the fast way.
pub struct OCamlArray<T> {
    _marker: PhantomData<T>,
}

impl<'gc, T> OCaml<'gc, OCamlArray<T>> {
    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        // SAFETY: an array is a block, also when it is empty; floats take a word each on 64 bits.
        unsafe { mlvalues::wosize(self.raw) }
    }

    /// Whether there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element; `None` beyond the end, or when the array is a flat one of floats.
    #[inline]
    pub fn get(&self, index: usize) -> Option<OCaml<'gc, T>> {
        // SAFETY: checked to be a block of values with more fields than that.
        unsafe {
            (index < self.len() && self.tag() != tag::DOUBLE_ARRAY).then(|| self.field(index))
        }
    }
}

// SAFETY: a block whose fields are Ms. Floats are refused, since theirs must be flat.
unsafe impl<T: ToOCaml<M>, M: 'static> ToOCaml<OCamlArray<M>> for [T] {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlArray<M>> {
        if TypeId::of::<M>() == TypeId::of::<OCamlFloat>() {
            ConversionError::new(
                "a float array is an OCamlFloatArray, not an OCamlArray<OCamlFloat>",
            )
            .throw();
        }
        // SAFETY: the handle proves the lock, and each field is an M.
        unsafe {
            let block = block_of_values(self.len(), 0, |index| {
                let item = self[index].to_ocaml(rt).raw;
                if mlvalues::is_block(item) && mlvalues::tag_of(item) == tag::DOUBLE {
                    ConversionError::new(
                        "the elements are floats: a float array is an OCamlFloatArray, not an OCamlArray",
                    )
                    .throw();
                }
                item
            });
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: as for slices.
unsafe impl<T: ToOCaml<M>, M: 'static> ToOCaml<OCamlArray<M>> for Vec<T> {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlArray<M>> {
        self[..].to_ocaml(rt)
    }
}

// SAFETY: reads the fields as Ms; a flat array of floats has none.
unsafe impl<T: FromOCaml<M>, M> FromOCaml<OCamlArray<M>> for Vec<T> {
    from_ocaml_or_throw!(OCamlArray<M>);

    fn try_from_ocaml(value: OCaml<'_, OCamlArray<M>>) -> Result<Self, ConversionError> {
        (0..value.len())
            .map(|index| {
                let item = value.get(index).ok_or_else(|| {
                    ConversionError::new("a float array is an OCamlFloatArray, not an OCamlArray")
                })?;
                T::try_from_ocaml(item).map_err(|e| in_element(index, e))
            })
            .collect()
    }
}
