//! `option`.

use crate::alloc::small_block;
#[cfg(feature = "checked")]
use crate::checked::Shape;
use crate::checked::checked;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::UNIT;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList, OCamlRef};

impl<'gc, T> OCaml<'gc, Option<T>> {
    /// Whether there is no value.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        !self.is_block()
    }

    /// Whether there is a value.
    #[inline(always)]
    pub fn is_some(&self) -> bool {
        self.is_block()
    }

    /// The value of `Some`, or `None`.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_option(&self) -> Option<OCaml<'gc, T>> {
        checked! { let _operation = self.used("OCaml::to_option", Shape::Option); }
        if !self.is_block() {
            return None;
        }
        // SAFETY: `Some` is a block with one field.
        Some(unsafe { self.field(0) })
    }

    /// `Some value`
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn some(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, T>) -> Self {
        checked! { let _operation = crate::checked::operation("OCaml::some"); }
        // SAFETY: the word is live, and the handle proves the lock.
        unsafe {
            let block = small_block(0, [value.get_raw()]);
            OCaml::new(rt, block)
        }
    }
}

impl<T> OCaml<'static, Option<T>> {
    /// `None`
    #[inline]
    pub fn none() -> Self {
        // SAFETY: an immediate is never moved.
        unsafe { OCaml::from_raw(UNIT) }
    }
}

// SAFETY: `None` is 0, `Some` a block with tag 0 and one field.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<Option<M>> for Option<T> {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, Option<M>> {
        // SAFETY: the field is an M, made just before.
        unsafe {
            let raw = match self {
                None => UNIT,
                Some(value) => {
                    let field = value.to_ocaml(rt).raw;
                    small_block(0, [field])
                }
            };
            OCaml::new(rt, raw)
        }
    }
}

// SAFETY: reads an option as one.
unsafe impl<T: FromOCaml<M>, M> FromOCaml<Option<M>> for Option<T> {
    from_ocaml_or_throw!(Option<M>);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, Option<M>>) -> Result<Self, ConversionError> {
        match value.to_option() {
            Some(value) => T::try_from_ocaml(value).map(Some),
            None => Ok(None),
        }
    }
}

impl<T: DefaultOCamlMapping> DefaultOCamlMapping for Option<T> {
    type OCamlType = Option<T::OCamlType>;
    type VecType = OCamlList<Self::OCamlType>;
}
