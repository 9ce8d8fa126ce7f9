//! `string` and `bytes`.

use super::ascii;
use crate::alloc::opaque_block;
use crate::checked::checked;
#[cfg(feature = "checked")]
use crate::checked::{Shape, words::Kind};
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use crate::value::shared::{SharedCell, copy_out, out_of_bounds};
use crate::value::{OCaml, OCamlList};
use std::alloc::{Layout, alloc};
use std::borrow::Cow;

/// OCaml's `bytes`: like a `string`, but mutable, so it is copied and never lent.
///
/// The type `string` itself is written `String`.
pub struct OCamlBytes {
    _private: (),
}

impl<'gc> OCaml<'gc, String> {
    /// The bytes of the string, in place.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn as_bytes(&self) -> &'gc [u8] {
        checked! { let _operation = self.used("OCaml::as_bytes", Shape::Of(Kind::String)); }
        // SAFETY: strings are immutable, and this one stays where it is while the runtime is borrowed.
        unsafe {
            let length = mlvalues::string_length(self.raw);
            core::slice::from_raw_parts(self.raw as *const u8, length)
        }
    }

    /// The string, in place, without a look at whether it is UTF-8.
    ///
    /// # Safety
    /// The bytes must be UTF-8.
    #[inline]
    pub unsafe fn as_str_unchecked(&self) -> &'gc str {
        // SAFETY: passed on.
        unsafe { core::str::from_utf8_unchecked(self.as_bytes()) }
    }

    /// The string, in place, if it is UTF-8. Checked with SIMD: about 0.02 ns a byte.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn as_str(&self) -> Result<&'gc str, ConversionError> {
        checked! { let _operation = self.used("OCaml::as_str", Shape::Of(Kind::String)); }
        let bytes = self.as_bytes();
        if bytes.len() > SHORT {
            return simdutf8::basic::from_utf8(bytes).map_err(|_| not_utf8(bytes));
        }
        if self.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            return Ok(unsafe { core::str::from_utf8_unchecked(bytes) });
        }
        core::str::from_utf8(bytes).map_err(|_| not_utf8(bytes))
    }

    /// Whether every byte is ASCII: whole words at a time, since the padding is made of bytes below 8.
    #[inline]
    fn is_ascii(&self) -> bool {
        // SAFETY: the string is a live block of words.
        unsafe {
            let words = self.raw as *const u64;
            // Volatile, so that a loop of few steps stays one.
            let bits = (0..mlvalues::wosize(self.raw))
                .fold(0, |bits, index| bits | words.add(index).read_volatile());
            bits & 0x8080_8080_8080_8080 == 0
        }
    }
}

/// Up to this many bytes, a check of whole words is faster than starting SIMD.
const SHORT: usize = 64;

/// An empty vector with room for so many bytes.
///
/// Straight from the allocator: `try_reserve_exact` goes a long way round, which takes longer than the rest of a call with a short string.
#[inline(always)]
fn room(length: usize) -> Result<Vec<u8>, ConversionError> {
    if length == 0 {
        return Ok(Vec::new());
    }
    let Ok(layout) = Layout::array::<u8>(length) else {
        return Err(ConversionError::no_memory(length));
    };
    // SAFETY: the layout is not empty; the vector is given what was allocated for it, or nothing is made.
    unsafe {
        let memory = alloc(layout);
        if memory.is_null() {
            return Err(ConversionError::no_memory(length));
        }
        Ok(Vec::from_raw_parts(memory, 0, length))
    }
}

/// A copy of a string's bytes, or the error that there is no memory for it.
///
/// # Safety
/// The word must be a live string.
#[inline(always)]
unsafe fn copy_bytes(raw: RawOCaml) -> Result<Vec<u8>, ConversionError> {
    // SAFETY: the copy has room for the bytes.
    unsafe {
        let length = mlvalues::string_length(raw);
        let mut copy = room(length)?;
        copy_to(copy.as_mut_ptr(), raw as *const u8, length);
        copy.set_len(length);
        Ok(copy)
    }
}

/// A copy of a long string, checked.
fn copy_long(bytes: &[u8]) -> Result<String, ConversionError> {
    let mut copy = room(bytes.len())?;
    // SAFETY: the copy has room for the bytes, and becomes a string only when they are UTF-8.
    unsafe {
        let ascii = ascii::copy(copy.as_mut_ptr(), bytes.as_ptr(), bytes.len());
        copy.set_len(bytes.len());
        if !ascii && simdutf8::basic::from_utf8(&copy).is_err() {
            return Err(not_utf8(bytes));
        }
        Ok(String::from_utf8_unchecked(copy))
    }
}

/// Copies bytes: few of them in line, as a first and a last part that may overlap.
///
/// # Safety
/// As for `copy_nonoverlapping`.
#[inline(always)]
unsafe fn copy_to(to: *mut u8, from: *const u8, length: usize) {
    // SAFETY: both parts lie within the length.
    unsafe {
        match length {
            8..=16 => copy_ends::<u64>(to, from, length),
            17..=32 => copy_ends::<u128>(to, from, length),
            _ => to.copy_from_nonoverlapping(from, length),
        }
    }
}

/// # Safety
/// As for `copy_nonoverlapping`; the length is between one and two `T`s.
#[inline(always)]
unsafe fn copy_ends<T>(to: *mut u8, from: *const u8, length: usize) {
    let last = length - size_of::<T>();
    // SAFETY: passed on.
    unsafe {
        let first_part = from.cast::<T>().read_unaligned();
        let last_part = from.add(last).cast::<T>().read_unaligned();
        to.cast::<T>().write_unaligned(first_part);
        to.add(last).cast::<T>().write_unaligned(last_part);
    }
}

#[cold]
#[inline(never)]
fn not_utf8(bytes: &[u8]) -> ConversionError {
    let offset = core::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    ConversionError::new(format!(
        "the string of {} bytes is not UTF-8: byte 0x{:02x} at offset {offset}",
        bytes.len(),
        bytes.get(offset).copied().unwrap_or(0)
    ))
}

impl<'gc> OCaml<'gc, OCamlBytes> {
    /// The length in bytes.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn len(&self) -> usize {
        checked! { let _operation = self.used("OCaml::len", Shape::Of(Kind::String)); }
        // SAFETY: the value is a live bytes.
        unsafe { mlvalues::string_length(self.raw) }
    }

    /// Whether there are no bytes.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, in place, as cells: OCaml code of other domains may write them.
    #[inline]
    pub fn as_cells(&self) -> &'gc [SharedCell<u8>] {
        // SAFETY: the bytes stay where they are while the runtime is borrowed.
        unsafe { SharedCell::slice(self.raw as *mut u8, self.len()) }
    }

    /// A byte; `None` beyond the end.
    #[inline]
    pub fn get(&self, index: usize) -> Option<u8> {
        self.as_cells().get(index).map(SharedCell::get)
    }

    /// Writes a byte.
    ///
    /// # Panics
    /// When the index is out of bounds (`Invalid_argument` in OCaml).
    #[inline]
    pub fn set(&self, index: usize, byte: u8) {
        match self.as_cells().get(index) {
            Some(cell) => cell.set(byte),
            None => out_of_bounds("bytes", index, self.len()),
        }
    }
}

/// A string or bytes with these contents.
///
/// # Safety
/// The domain's lock must be held, and `bytes` lie outside the OCaml heap. May collect.
#[inline]
#[cfg_attr(feature = "checked", track_caller)]
pub(crate) unsafe fn alloc_string(bytes: &[u8]) -> RawOCaml {
    let wosize = bytes.len() / 8 + 1;
    // SAFETY: the block has room for the bytes and for at least one byte of padding. The last word is written
    // first: zeros, and in its last byte how many of them are padding.
    unsafe {
        let block = opaque_block(wosize, tag::STRING);
        let start = block as *mut u8;
        let padding = (wosize * 8 - 1 - bytes.len()) as u64;
        start.add(wosize * 8 - 8).cast::<u64>().write((padding << 56).to_le());
        copy_to(start, bytes.as_ptr(), bytes.len());
        block
    }
}

macro_rules! from_bytes {
    ($($rust:ty: |$this:ident| $bytes:expr => $($marker:ty),*;)*) => {$($(
        // SAFETY: a block with the tag of strings, padded as they are. Rust's own bytes lie outside the OCaml
        // heap, or borrow it from the handle and so cannot be here.
        unsafe impl ToOCaml<$marker> for $rust {
            #[inline]
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, $marker> {
                let $this = self;
                // SAFETY: the handle proves the lock.
                unsafe { OCaml::new(rt, alloc_string($bytes)) }
            }
        }
    )*)*};
}

from_bytes! {
    String: |s| s.as_bytes() => String, OCamlBytes;
    str: |s| s.as_bytes() => String, OCamlBytes;
    &str: |s| s.as_bytes() => String, OCamlBytes;
    Cow<'_, str>: |s| s.as_bytes() => String, OCamlBytes;
    Box<str>: |s| s.as_bytes() => String, OCamlBytes;
    Vec<u8>: |s| s.as_slice() => String, OCamlBytes;
    [u8]: |s| s => String, OCamlBytes;
    Box<[u8]>: |s| s => String, OCamlBytes;
    &[u8]: |s| s => String, OCamlBytes;
}

// SAFETY: reads a string as a string.
unsafe impl FromOCaml<String> for String {
    from_ocaml_or_throw!(String);

    #[inline(always)]
    fn try_from_ocaml(value: OCaml<'_, String>) -> Result<Self, ConversionError> {
        let bytes = value.as_bytes();
        if bytes.len() >= ascii::LEAST {
            return copy_long(bytes);
        }
        value.as_str()?;
        // SAFETY: the string is live, and has just been checked.
        unsafe { Ok(String::from_utf8_unchecked(copy_bytes(value.raw)?)) }
    }
}

// SAFETY: reads a string as a string.
unsafe impl FromOCaml<String> for Box<str> {
    from_ocaml_or_throw!(String);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, String>) -> Result<Self, ConversionError> {
        value.as_str().map(Box::from)
    }
}

// SAFETY: reads a string as bytes.
unsafe impl FromOCaml<String> for Vec<u8> {
    from_ocaml_or_throw!(String);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, String>) -> Result<Self, ConversionError> {
        checked! {
            let _operation = value.used("FromOCaml::from_ocaml", Shape::Of(Kind::String));
        }
        // SAFETY: the string is live.
        unsafe { copy_bytes(value.raw) }
    }
}

// SAFETY: copies the bytes.
unsafe impl FromOCaml<OCamlBytes> for Vec<u8> {
    from_ocaml_or_throw!(OCamlBytes);

    fn try_from_ocaml(value: OCaml<'_, OCamlBytes>) -> Result<Self, ConversionError> {
        let length = value.len();
        // SAFETY: the value has that many bytes.
        unsafe { copy_out(value.raw as *const u8, length) }
            .ok_or_else(|| ConversionError::no_memory(length))
    }
}

macro_rules! boxed_bytes {
    ($($marker:ty),*) => {$(
        // SAFETY: as for `Vec<u8>`.
        unsafe impl FromOCaml<$marker> for Box<[u8]> {
            from_ocaml_or_throw!($marker);

            fn try_from_ocaml(value: OCaml<'_, $marker>) -> Result<Self, ConversionError> {
                <Vec<u8> as FromOCaml<$marker>>::try_from_ocaml(value).map(Vec::into_boxed_slice)
            }
        }
    )*};
}

boxed_bytes!(String, OCamlBytes);

// SAFETY: as for `Vec<u8>`, then checked.
unsafe impl FromOCaml<OCamlBytes> for String {
    from_ocaml_or_throw!(OCamlBytes);

    fn try_from_ocaml(value: OCaml<'_, OCamlBytes>) -> Result<Self, ConversionError> {
        String::from_utf8(<Vec<u8> as FromOCaml<OCamlBytes>>::try_from_ocaml(value)?)
            .map_err(|error| not_utf8(error.as_bytes()))
    }
}

impl DefaultOCamlMapping for String {
    type OCamlType = String;
    type VecType = OCamlList<String>;
}

impl DefaultOCamlMapping for Box<str> {
    type OCamlType = String;
    type VecType = OCamlList<String>;
}

impl DefaultOCamlMapping for &str {
    type OCamlType = String;
    type VecType = OCamlList<String>;
}

impl DefaultOCamlMapping for Cow<'_, str> {
    type OCamlType = String;
    type VecType = OCamlList<String>;
}

impl DefaultOCamlMapping for Box<[u8]> {
    type OCamlType = String;
    type VecType = OCamlList<String>;
}

impl DefaultOCamlMapping for &[u8] {
    type OCamlType = String;
    type VecType = OCamlList<String>;
}
