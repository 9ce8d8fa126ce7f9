//! `unit`, `bool`, `char`: immediates.

#[cfg(feature = "checked")]
use crate::checked::Shape;
use crate::checked::checked;
use crate::conv::{ConversionError, FromOCaml, ToOCaml, default_mapping, from_ocaml_or_throw};
use crate::ffi::mlvalues::{self, FALSE, TRUE, UNIT};
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;

/// OCaml's `char`: one byte. Rust's `u8` converts both ways; `char` as Latin-1, U+0000 to U+00FF.
pub struct OCamlChar {
    _private: (),
}

default_mapping!(() => (), bool => bool, char => OCamlChar);

impl OCaml<'static, ()> {
    /// `()`
    #[inline]
    pub fn unit() -> Self {
        // SAFETY: an immediate is never moved.
        unsafe { OCaml::from_raw(UNIT) }
    }
}

impl OCaml<'_, bool> {
    /// The boolean.
    #[inline(always)]
    pub fn to_bool(self) -> bool {
        self.raw != FALSE
    }
}

impl OCaml<'static, bool> {
    /// A boolean, which needs no runtime.
    #[inline(always)]
    pub fn of_bool(value: bool) -> Self {
        // SAFETY: an immediate is never moved.
        unsafe { OCaml::from_raw(if value { TRUE } else { FALSE }) }
    }
}

// SAFETY: the word of `()`.
unsafe impl ToOCaml<()> for () {
    const ALLOCATES: bool = false;

    #[inline(always)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, ()> {
        // SAFETY: an immediate.
        unsafe { OCaml::new(rt, UNIT) }
    }
}

// SAFETY: nothing is read.
unsafe impl FromOCaml<()> for () {
    #[inline(always)]
    fn from_ocaml(_value: OCaml<'_, ()>) -> Self {
        checked! { let _operation = _value.used("FromOCaml::from_ocaml", Shape::Unit); }
    }
}

// SAFETY: the words of `true` and `false`.
unsafe impl ToOCaml<bool> for bool {
    const ALLOCATES: bool = false;

    #[inline(always)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, bool> {
        // SAFETY: an immediate.
        unsafe { OCaml::new(rt, if *self { TRUE } else { FALSE }) }
    }
}

// SAFETY: reads a bool as a bool.
unsafe impl FromOCaml<bool> for bool {
    #[inline(always)]
    fn from_ocaml(value: OCaml<'_, bool>) -> Self {
        checked! { let _operation = value.used("FromOCaml::from_ocaml", Shape::Bool); }
        value.raw != FALSE
    }
}

// SAFETY: a code below 256 is a char.
unsafe impl ToOCaml<OCamlChar> for u8 {
    const ALLOCATES: bool = false;

    #[inline(always)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlChar> {
        // SAFETY: an immediate.
        unsafe { OCaml::new(rt, mlvalues::val_int(i64::from(*self))) }
    }
}

// SAFETY: reads a char as its code.
unsafe impl FromOCaml<OCamlChar> for u8 {
    #[inline(always)]
    fn from_ocaml(value: OCaml<'_, OCamlChar>) -> Self {
        checked! { let _operation = value.used("FromOCaml::from_ocaml", Shape::Char); }
        mlvalues::int_val(value.raw) as u8
    }
}

// SAFETY: as for `u8`, which the character was checked to be.
unsafe impl ToOCaml<OCamlChar> for char {
    const ALLOCATES: bool = false;

    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlChar> {
        match u8::try_from(*self) {
            Ok(byte) => byte.to_ocaml(rt),
            Err(_) => ConversionError::new(format!(
                "the character {self:?} (U+{:04X}) does not fit an OCaml char (U+0000 to U+00FF)",
                u32::from(*self)
            ))
            .throw(),
        }
    }
}

// SAFETY: reads a char as its code.
unsafe impl FromOCaml<OCamlChar> for char {
    from_ocaml_or_throw!(OCamlChar);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, OCamlChar>) -> Result<Self, ConversionError> {
        Ok(char::from(<u8 as FromOCaml<OCamlChar>>::from_ocaml(value)))
    }
}
