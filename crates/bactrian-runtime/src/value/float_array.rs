//! `float array` and `floatarray`: flat.

use crate::alloc::opaque_block;
use crate::conv::{FromOCaml, ToOCaml};
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;

/// OCaml's `float array` (and `floatarray`). `Vec<f64>` converts both ways; an exported function can borrow it
/// as `&[f64]`.
pub struct OCamlFloatArray {
    _private: (),
}

impl<'gc> OCaml<'gc, OCamlFloatArray> {
    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        // SAFETY: an array is a block, also when it is empty.
        unsafe { mlvalues::wosize(self.raw) }
    }

    /// Whether there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements, in place.
    ///
    /// # Safety
    /// No other domain may write the array meanwhile.
    #[inline]
    pub unsafe fn as_slice(&self) -> &'gc [f64] {
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
    fn from_ocaml(value: OCaml<'_, OCamlFloatArray>) -> Self {
        let length = value.len();
        let mut copy = Vec::with_capacity(length);
        // SAFETY: the source has that many floats, the copy room for them; no reference to the source, which
        // another domain may be writing, is made.
        unsafe {
            core::ptr::copy_nonoverlapping(value.raw as *const f64, copy.as_mut_ptr(), length);
            copy.set_len(length);
        }
        copy
    }
}
