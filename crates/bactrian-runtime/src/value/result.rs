//! `result`.

use crate::alloc::small_block;
#[cfg(feature = "checked")]
use crate::checked::Shape;
use crate::checked::checked;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList, OCamlRef};

const OK: u8 = 0;
const ERROR: u8 = 1;

impl<'gc, T, E> OCaml<'gc, Result<T, E>> {
    /// Whether it is `Ok`.
    #[inline]
    pub fn is_ok(&self) -> bool {
        // SAFETY: both constructors are blocks.
        unsafe { self.tag() == OK }
    }

    /// Whether it is `Error`.
    #[inline]
    pub fn is_error(&self) -> bool {
        !self.is_ok()
    }

    /// The value of `Ok` or `Error`.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_result(&self) -> Result<OCaml<'gc, T>, OCaml<'gc, E>> {
        checked! { let _operation = self.used("OCaml::to_result", Shape::Result); }
        // SAFETY: both constructors are blocks with one field, told apart by the tag.
        unsafe { if self.is_ok() { Ok(self.field(0)) } else { Err(self.field(0)) } }
    }

    /// `Ok value`
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn ok(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, T>) -> Self {
        // SAFETY: the word is live, and the handle proves the lock.
        unsafe {
            checked! { let _operation = crate::checked::operation("OCaml::ok"); }
            let block = small_block(OK, [value.get_raw()]);
            OCaml::new(rt, block)
        }
    }

    /// `Error error`
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn error(rt: &'gc mut OCamlRuntime, error: OCamlRef<'_, E>) -> Self {
        // SAFETY: the word is live, and the handle proves the lock.
        unsafe {
            checked! { let _operation = crate::checked::operation("OCaml::error"); }
            let block = small_block(ERROR, [error.get_raw()]);
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: a block with the constructor's tag and one field.
unsafe impl<T: ToOCaml<M>, E: ToOCaml<N>, M, N> ToOCaml<Result<M, N>> for Result<T, E> {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, Result<M, N>> {
        let (tag, field) = match self {
            Ok(value) => (OK, value.to_ocaml(rt).raw),
            Err(error) => (ERROR, error.to_ocaml(rt).raw),
        };
        // SAFETY: the field was made just before.
        unsafe {
            let block = small_block(tag, [field]);
            OCaml::new(rt, block)
        }
    }
}

// SAFETY: reads a result as one.
unsafe impl<T: FromOCaml<M>, E: FromOCaml<N>, M, N> FromOCaml<Result<M, N>> for Result<T, E> {
    from_ocaml_or_throw!(Result<M, N>);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, Result<M, N>>) -> Result<Self, ConversionError> {
        match value.to_result() {
            Ok(value) => T::try_from_ocaml(value).map(Ok),
            Err(error) => E::try_from_ocaml(error).map(Err),
        }
    }
}

impl<T: DefaultOCamlMapping, E: DefaultOCamlMapping> DefaultOCamlMapping for Result<T, E> {
    type OCamlType = Result<T::OCamlType, E::OCamlType>;
    type VecType = OCamlList<Self::OCamlType>;
}
