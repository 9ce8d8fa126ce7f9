//! `array`, of values other than floats.

use crate::alloc::block_of_values;
#[cfg(feature = "checked")]
use crate::checked::Shape;
use crate::checked::checked;
use crate::conv::{ConversionError, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::alloc::caml_modify;
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use crate::value::list::{in_element, reserve};
use crate::value::shared::out_of_bounds;
use crate::value::{OCaml, OCamlFloat};
use core::any::TypeId;
use core::marker::PhantomData;

/// OCaml's `'a array`. `Vec` converts both ways when it is named: `#[ocaml(as_ = "OCamlArray<OCamlInt>")]`.
///
/// An array of floats has another shape and is another type here, [`OCamlFloatArray`](crate::OCamlFloatArray).
pub struct OCamlArray<T> {
    _marker: PhantomData<T>,
}

/// An array that is not of floats: the name that ocaml-interop gives it.
pub type OCamlUniformArray<T> = OCamlArray<T>;

/// The elements of an array, unrooted.
pub struct ArrayIter<'gc, T> {
    array: OCaml<'gc, OCamlArray<T>>,
    indices: core::ops::Range<usize>,
}

impl<'gc, T> Iterator for ArrayIter<'gc, T> {
    type Item = OCaml<'gc, T>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        // SAFETY: `iter` has checked that it is a block of so many values.
        self.indices.next().map(|index| unsafe { self.array.field(index) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

impl<T> DoubleEndedIterator for ArrayIter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        // SAFETY: as above.
        self.indices.next_back().map(|index| unsafe { self.array.field(index) })
    }
}

impl<T> ExactSizeIterator for ArrayIter<'_, T> {}

#[cold]
#[inline(never)]
fn flat() -> ConversionError {
    ConversionError::new("a float array is an OCamlFloatArray, not an OCamlArray")
}

impl<'gc, T> OCaml<'gc, OCamlArray<T>> {
    /// The number of elements.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn len(&self) -> usize {
        checked! { let _operation = self.used("OCaml::len", Shape::Array); }
        // SAFETY: an array is a block, also when it is empty; floats take a word each on 64 bits.
        unsafe { mlvalues::wosize(self.raw) }
    }

    /// Whether there are no elements.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is a flat array of floats after all: OCaml's type `'a array` does not tell.
    #[inline]
    fn is_flat(&self) -> bool {
        // SAFETY: an array is a block.
        unsafe { self.tag() == tag::DOUBLE_ARRAY }
    }

    /// An element; `None` beyond the end, or when the array is a flat one of floats.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn get(&self, index: usize) -> Option<OCaml<'gc, T>> {
        checked! { let _operation = self.used("OCaml::get", Shape::Array); }
        // SAFETY: checked to be a block of values with more fields than that.
        unsafe {
            if index >= self.len() || self.is_flat() {
                return None;
            }
            Some(self.field(index))
        }
    }

    /// The elements, without converting or copying. One that OCaml code of another domain writes meanwhile is the
    /// old one or the new.
    ///
    /// # Panics
    /// When it is a flat array of floats (`Invalid_argument` in OCaml).
    #[inline]
    pub fn iter(&self) -> ArrayIter<'gc, T> {
        if self.is_flat() {
            flat().throw();
        }
        ArrayIter { array: *self, indices: 0..self.len() }
    }

    /// Writes an element: `array.(index) <- value`.
    ///
    /// # Panics
    /// When the index is out of bounds, or it is a flat array of floats (`Invalid_argument` in OCaml).
    #[inline]
    pub fn set(&self, index: usize, value: OCaml<'_, T>) {
        if self.is_flat() {
            flat().throw();
        }
        if index >= self.len() {
            out_of_bounds("an array", index, self.len());
        }
        // SAFETY: a field of a live block of values; the value has the type of the elements.
        unsafe { caml_modify((self.raw as *mut RawOCaml).add(index), value.raw) }
    }
}

impl<'gc, T> IntoIterator for OCaml<'gc, OCamlArray<T>> {
    type Item = OCaml<'gc, T>;
    type IntoIter = ArrayIter<'gc, T>;

    #[inline(always)]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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
        if value.is_flat() {
            return Err(flat());
        }
        let mut items = Vec::new();
        reserve(&mut items, value.len())?;
        for (index, item) in value.iter().enumerate() {
            items.push(T::try_from_ocaml(item).map_err(|e| in_element(index, e))?);
        }
        Ok(items)
    }
}
