//! `float`.

use crate::alloc::opaque_block;
use crate::checked::checked;
#[cfg(feature = "checked")]
use crate::checked::{Shape, words::Kind};
use crate::conv::{DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::ffi::mlvalues::{self, tag};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList};

/// OCaml's `float`: 64 bits, boxed unless the external says `[@unboxed]`.
pub struct OCamlFloat {
    _private: (),
}

impl DefaultOCamlMapping for f64 {
    type OCamlType = OCamlFloat;
    type VecType = OCamlList<OCamlFloat>;
    const IS_FLOAT: bool = true;
}

impl DefaultOCamlMapping for f32 {
    type OCamlType = OCamlFloat;
    type VecType = OCamlList<OCamlFloat>;
    const IS_FLOAT: bool = true;
}

// SAFETY: a block with the tag of floats that holds one.
unsafe impl ToOCaml<OCamlFloat> for f64 {
    #[inline(always)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFloat> {
        // SAFETY: the handle proves the lock; the contents are written at once.
        unsafe {
            let block = opaque_block(1, tag::DOUBLE);
            *(block as *mut f64) = *self;
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: reads a float as a float.
unsafe impl FromOCaml<OCamlFloat> for f64 {
    #[inline(always)]
    fn from_ocaml(value: OCaml<'_, OCamlFloat>) -> Self {
        checked! {
            let _operation = value.used("FromOCaml::from_ocaml", Shape::Of(Kind::Float));
        }
        // SAFETY: the value is a live float.
        unsafe { mlvalues::double_val(value.raw) }
    }
}

// SAFETY: as for `f64`; every f32 is one.
unsafe impl ToOCaml<OCamlFloat> for f32 {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFloat> {
        f64::from(*self).to_ocaml(rt)
    }
}

// SAFETY: as for `f64`, rounded to the nearest.
unsafe impl FromOCaml<OCamlFloat> for f32 {
    #[inline]
    fn from_ocaml(value: OCaml<'_, OCamlFloat>) -> Self {
        f64::from_ocaml(value) as f32
    }
}
