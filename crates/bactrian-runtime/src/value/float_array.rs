//! `float array` and `floatarray`: flat.

use crate::alloc::opaque_block;
use crate::checked::checked;
#[cfg(feature = "checked")]
use crate::checked::{Shape, words::Kind};
use crate::conv::{ConversionError, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;
use crate::value::shared::{SharedCell, copy_out, out_of_bounds};

/// OCaml's `float array` (and `floatarray`). `Vec<f64>` converts both ways; an exported function can borrow it
/// as `&[f64]`.
pub struct OCamlFloatArray {
    _private: (),
}

impl<'gc> OCaml<'gc, OCamlFloatArray> {
    /// The number of elements.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn len(&self) -> usize {
        checked! { let _operation = self.used("OCaml::len", Shape::Of(Kind::FloatArray)); }
        // SAFETY: an array is a block, also when it is empty.
        unsafe { mlvalues::wosize(self.raw) }
    }

    /// Whether there are no elements.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element; `None` beyond the end.
    #[inline]
    pub fn get(&self, index: usize) -> Option<f64> {
        self.as_cells().get(index).map(SharedCell::get)
    }

    /// Writes an element: `array.(index) <- value`.
    ///
    /// # Panics
    /// When the index is out of bounds (`Invalid_argument` in OCaml).
    #[inline]
    pub fn set(&self, index: usize, value: f64) {
        match self.as_cells().get(index) {
            Some(cell) => cell.set(value),
            None => out_of_bounds("a float array", index, self.len()),
        }
    }

    /// The elements, without copying.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = f64> + DoubleEndedIterator + 'gc {
        self.as_cells().iter().map(SharedCell::get)
    }

    /// The elements, in place, as cells: OCaml code of other domains may write them.
    #[inline]
    pub fn as_cells(&self) -> &'gc [SharedCell<f64>] {
        // SAFETY: the array stays where it is while the runtime is borrowed, and its fields are floats.
        unsafe { SharedCell::slice(self.raw as *mut f64, self.len()) }
    }

    /// The elements, in place.
    ///
    /// # Safety
    /// No other domain may write the array meanwhile, nor this one through [`set`](Self::set) or
    /// [`as_cells`](Self::as_cells).
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn as_slice(&self) -> &'gc [f64] {
        checked! { let _operation = self.used("OCaml::as_slice", Shape::Of(Kind::FloatArray)); }
        // SAFETY: the array stays where it is while the runtime is borrowed, and its fields are floats; the caller
        // vouches that nobody writes them.
        unsafe { core::slice::from_raw_parts(self.raw as *const f64, self.len()) }
    }
}

// SAFETY: a flat block of floats, or the block without fields.
unsafe impl ToOCaml<OCamlFloatArray> for [f64] {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFloatArray> {
        // SAFETY: the handle proves the lock; the contents are written at once. The empty array has tag 0.
        unsafe {
            let tag = if self.is_empty() { 0 } else { tag::DOUBLE_ARRAY };
            let block: RawOCaml = opaque_block(self.len(), tag);
            (block as *mut f64).copy_from_nonoverlapping(self.as_ptr(), self.len());
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: as for slices.
unsafe impl ToOCaml<OCamlFloatArray> for Vec<f64> {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFloatArray> {
        self[..].to_ocaml(rt)
    }
}

// SAFETY: copies the elements.
unsafe impl FromOCaml<OCamlFloatArray> for Vec<f64> {
    from_ocaml_or_throw!(OCamlFloatArray);

    fn try_from_ocaml(value: OCaml<'_, OCamlFloatArray>) -> Result<Self, ConversionError> {
        let length = value.len();
        // SAFETY: the array has that many floats.
        unsafe { copy_out(value.raw as *const f64, length) }
            .ok_or_else(|| ConversionError::no_memory(length * 8))
    }
}
