//! `int`: 63 bits.

use crate::checked::checked;
#[cfg(feature = "checked")]
use crate::checked::{Shape, words::Kind};
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::{self, MAX_INT, MIN_INT};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList};

/// OCaml's `int`: from -2⁶² to 2⁶² - 1.
///
/// Rust's integers convert both ways, and every conversion that does not fit is an error that names the value.
pub struct OCamlInt {
    _private: (),
}

impl OCaml<'_, OCamlInt> {
    /// The integer.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_i64(self) -> i64 {
        checked! { let _operation = self.used("OCaml::to_i64", Shape::Of(Kind::Immediate)); }
        mlvalues::int_val(self.raw)
    }
}

impl OCaml<'static, OCamlInt> {
    /// An `int`, which needs no runtime; an error that names the value when it does not fit 63 bits.
    #[inline]
    pub fn of_i64(value: i64) -> Result<Self, ConversionError> {
        if !(MIN_INT..=MAX_INT).contains(&value) {
            return Err(beyond_63_bits(&value));
        }
        // SAFETY: an immediate is never moved.
        Ok(unsafe { OCaml::from_raw(mlvalues::val_int(value)) })
    }

    /// An `int` without a look at whether it fits.
    ///
    /// # Safety
    /// The value must lie between -2⁶² and 2⁶² - 1: otherwise it is another one to OCaml.
    #[inline(always)]
    pub unsafe fn of_i64_unchecked(value: i64) -> Self {
        // SAFETY: an immediate is never moved.
        unsafe { OCaml::from_raw(mlvalues::val_int(value)) }
    }

    /// An `int`, which always fits.
    #[inline(always)]
    pub fn of_i32(value: i32) -> Self {
        // SAFETY: an immediate is never moved.
        unsafe { OCaml::from_raw(mlvalues::val_int(i64::from(value))) }
    }
}

#[cold]
#[inline(never)]
fn beyond_63_bits(value: &dyn core::fmt::Display) -> ConversionError {
    ConversionError::new(format!("{value} does not fit an OCaml int ({MIN_INT} to {MAX_INT})"))
}

#[cold]
#[inline(never)]
fn out_of_range(
    value: i64,
    rust: &str,
    min: &dyn core::fmt::Display,
    max: &dyn core::fmt::Display,
) -> ConversionError {
    ConversionError::new(format!("{value} does not fit {rust} ({min} to {max})"))
}

macro_rules! narrow {
    ($($rust:ident $vec:ty),* $(,)?) => {$(
        // SAFETY: every value fits 63 bits, and an immediate is an int.
        unsafe impl ToOCaml<OCamlInt> for $rust {
            const ALLOCATES: bool = false;

            #[inline(always)]
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlInt> {
                // SAFETY: an immediate.
                unsafe { OCaml::new(rt, mlvalues::val_int(*self as i64)) }
            }
        }
        from_int!($rust);
        impl DefaultOCamlMapping for $rust {
            type OCamlType = OCamlInt;
            type VecType = $vec;
        }
    )*};
}

macro_rules! wide {
    ($($rust:ident),* $(,)?) => {$(
        // SAFETY: the value was checked to fit 63 bits, and an immediate is an int.
        unsafe impl ToOCaml<OCamlInt> for $rust {
            const ALLOCATES: bool = false;

            #[inline(always)]
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlInt> {
                match i64::try_from(*self) {
                    // SAFETY: an immediate.
                    Ok(value) if (MIN_INT..=MAX_INT).contains(&value) => unsafe {
                        OCaml::new(rt, mlvalues::val_int(value))
                    },
                    _ => beyond_63_bits(self).throw(),
                }
            }
        }
        from_int!($rust);
        impl DefaultOCamlMapping for $rust {
            type OCamlType = OCamlInt;
            type VecType = OCamlList<OCamlInt>;
        }
    )*};
}

macro_rules! from_int {
    ($rust:ident) => {
        // SAFETY: reads an int as an int.
        unsafe impl FromOCaml<OCamlInt> for $rust {
            from_ocaml_or_throw!(OCamlInt);

            #[inline(always)]
            fn try_from_ocaml(value: OCaml<'_, OCamlInt>) -> Result<Self, ConversionError> {
                let value = value.to_i64();
                $rust::try_from(value)
                    .map_err(|_| out_of_range(value, stringify!($rust), &$rust::MIN, &$rust::MAX))
            }
        }
    };
}

narrow!(
    i8 OCamlList<OCamlInt>, i16 OCamlList<OCamlInt>, i32 OCamlList<OCamlInt>,
    u8 String, u16 OCamlList<OCamlInt>, u32 OCamlList<OCamlInt>,
);
wide!(i64, isize, u64, usize);
