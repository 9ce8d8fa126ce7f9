//! The kinds of elements.

use crate::conv::ConversionError;
use crate::ffi::mlvalues::{MAX_INT, MIN_INT};
use crate::value::shared::Plain;
use crate::value::{OCamlChar, OCamlInt};

/// What OCaml's `Bigarray.kind` says of the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `float32`
    Float32 = 0,
    /// `float64`
    Float64 = 1,
    /// `int8_signed`
    Int8Signed = 2,
    /// `int8_unsigned`
    Int8Unsigned = 3,
    /// `int16_signed`
    Int16Signed = 4,
    /// `int16_unsigned`
    Int16Unsigned = 5,
    /// `int32`
    Int32 = 6,
    /// `int64`
    Int64 = 7,
    /// `int`
    Int = 8,
    /// `nativeint`
    Nativeint = 9,
    /// `complex32`
    Complex32 = 10,
    /// `complex64`
    Complex64 = 11,
    /// `char`
    Char = 12,
    /// `float16`
    Float16 = 13,
}

/// In the order of their numbers.
const NAMES: [(Kind, &str); 14] = [
    (Kind::Float32, "float32"),
    (Kind::Float64, "float64"),
    (Kind::Int8Signed, "int8_signed"),
    (Kind::Int8Unsigned, "int8_unsigned"),
    (Kind::Int16Signed, "int16_signed"),
    (Kind::Int16Unsigned, "int16_unsigned"),
    (Kind::Int32, "int32"),
    (Kind::Int64, "int64"),
    (Kind::Int, "int"),
    (Kind::Nativeint, "nativeint"),
    (Kind::Complex32, "complex32"),
    (Kind::Complex64, "complex64"),
    (Kind::Char, "char"),
    (Kind::Float16, "float16"),
];

impl Kind {
    /// The kind of a number in the flags of a Bigarray; `None` for one that this OCaml does not have.
    pub(super) fn of_flags(number: isize) -> Option<Self> {
        NAMES.get(usize::try_from(number).ok()?).map(|&(kind, _)| kind)
    }

    /// The name in OCaml.
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }
}

impl core::fmt::Display for Kind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The type of the elements of a Bigarray: one for each of OCaml's kinds.
///
/// | type | kind | in Rust |
/// |---|---|---|
/// | `f32`, `f64` | `float32`, `float64` | itself |
/// | [`Float16`] | `float16` | itself: its bits, and conversions |
/// | `i8`, `u8`, `i16`, `u16` | `int8_signed`, `int8_unsigned`, `int16_signed`, `int16_unsigned` | itself |
/// | `i32`, `i64`, `isize` | `int32`, `int64`, `nativeint` | itself |
/// | [`OCamlInt`] | `int` | `isize`; what does not fit 63 bits is refused |
/// | [`OCamlChar`] | `char` | `u8`: one byte |
/// | [`Complex<f32>`], [`Complex<f64>`] | `complex32`, `complex64` | itself |
///
/// # Safety
/// An `Item` must have the size and layout of an element of the kind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of the elements of a Bigarray",
    note = "elements are f32, f64, i8, u8, i16, u16, i32, i64, isize (nativeint), OCamlInt (int), OCamlChar (char, one byte), \
            bigarray::Float16, bigarray::Complex<f32> and bigarray::Complex<f64>"
)]
pub unsafe trait BigarrayElt: 'static {
    /// An element in Rust.
    type Item: Plain;
    /// OCaml's kind.
    const KIND: Kind;

    /// Refuses elements that would be others to OCaml.
    #[doc(hidden)]
    #[inline(always)]
    fn check(_items: &[Self::Item]) -> Result<(), ConversionError> {
        Ok(())
    }
}

macro_rules! kinds {
    ($($ty:ty => $kind:ident,)*) => {$(
        // SAFETY: as C defines the kind.
        unsafe impl BigarrayElt for $ty {
            type Item = $ty;
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

kinds! {
    f32 => Float32,
    f64 => Float64,
    i8 => Int8Signed,
    u8 => Int8Unsigned,
    i16 => Int16Signed,
    u16 => Int16Unsigned,
    i32 => Int32,
    i64 => Int64,
    isize => Nativeint,
    Complex<f32> => Complex32,
    Complex<f64> => Complex64,
    Float16 => Float16,
}

// SAFETY: a byte.
unsafe impl BigarrayElt for OCamlChar {
    type Item = u8;
    const KIND: Kind = Kind::Char;
}

// SAFETY: a word, untagged.
unsafe impl BigarrayElt for OCamlInt {
    type Item = isize;
    const KIND: Kind = Kind::Int;

    #[inline]
    fn check(items: &[isize]) -> Result<(), ConversionError> {
        let fits = |item: isize| (MIN_INT..=MAX_INT).contains(&(item as i64));
        match items.iter().position(|&item| !fits(item)) {
            None => Ok(()),
            Some(index) => Err(ConversionError::new(format!(
                "{} does not fit an OCaml int ({MIN_INT} to {MAX_INT})",
                items[index]
            ))
            .within(&format!("element {index}"))),
        }
    }
}

/// A complex number as C and OCaml lay it out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Complex<T> {
    /// The real part.
    pub re: T,
    /// The imaginary part.
    pub im: T,
}

// SAFETY: an atomic access of each part.
unsafe impl<T: Plain> Plain for Complex<T> {
    #[inline(always)]
    unsafe fn load(from: *const Self) -> Self {
        // SAFETY: passed on.
        unsafe {
            Complex { re: T::load(&raw const (*from).re), im: T::load(&raw const (*from).im) }
        }
    }

    #[inline(always)]
    unsafe fn store(to: *mut Self, value: Self) {
        // SAFETY: passed on.
        unsafe {
            T::store(&raw mut (*to).re, value.re);
            T::store(&raw mut (*to).im, value.im);
        }
    }
}

/// A half-precision float of a Bigarray, as its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Float16(pub u16);

// SAFETY: an atomic access of the bits.
unsafe impl Plain for Float16 {
    #[inline(always)]
    unsafe fn load(from: *const Self) -> Self {
        // SAFETY: passed on.
        Float16(unsafe { u16::load(from.cast()) })
    }

    #[inline(always)]
    unsafe fn store(to: *mut Self, value: Self) {
        // SAFETY: passed on.
        unsafe { u16::store(to.cast(), value.0) }
    }
}

impl Float16 {
    /// The number, exactly.
    pub fn to_f32(self) -> f32 {
        let sign = u32::from(self.0 & 0x8000) << 16;
        let exponent = u32::from(self.0 >> 10) & 0x1f;
        let fraction = u32::from(self.0) & 0x3ff;
        match exponent {
            0 => {
                // A multiple of the smallest number, 2⁻²⁴.
                let value = fraction as f32 * f32::from_bits((127 - 24) << 23);
                f32::from_bits(value.to_bits() | sign)
            }
            0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
            _ => f32::from_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13),
        }
    }

    /// The nearest number, the even one of two.
    pub fn from_f32(value: f32) -> Self {
        let bits = value.to_bits();
        let sign = (bits >> 16) as u16 & 0x8000;
        let magnitude = bits & 0x7fff_ffff;
        let half = if magnitude > 0x7f80_0000 {
            0x7e00
        } else if magnitude >= 0x4780_0000 {
            // 65536 and above.
            0x7c00
        } else if magnitude < 0x3880_0000 {
            // Below 2⁻¹⁴: the last place of what lies above 0.5 is 2⁻²⁴, so that adding rounds to it.
            (f32::from_bits(magnitude) + 0.5).to_bits() as u16
        } else {
            let odd = magnitude >> 13 & 1;
            ((magnitude + 0xfff + odd) >> 13).wrapping_sub((127 - 15) << 10) as u16
        };
        Float16(sign | half)
    }
}
