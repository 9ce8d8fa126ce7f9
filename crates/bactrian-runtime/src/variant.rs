//! Helpers of derived conversions: records of floats, and constructors that nobody knows.

use crate::alloc::opaque_block;
use crate::conv::ConversionError;
use crate::ffi::mlvalues::{self, RawOCaml, tag};

/// A flat record of floats.
///
/// # Safety
/// The domain's lock must be held.
#[inline(always)]
pub unsafe fn float_record<const N: usize>(fields: [f64; N]) -> RawOCaml {
    // SAFETY: the contents are written at once.
    unsafe {
        let block = opaque_block(N, tag::DOUBLE_ARRAY);
        (block as *mut f64).copy_from_nonoverlapping(fields.as_ptr(), N);
        block
    }
}

/// A field of a flat record of floats.
///
/// # Safety
/// `raw` must be a live record of more than `index` floats.
#[inline(always)]
pub unsafe fn float_field(raw: RawOCaml, index: usize) -> f64 {
    // SAFETY: passed on.
    unsafe { *(raw as *const f64).add(index) }
}

/// What the word of a variant is: the number of a constant constructor, or the tag of one with arguments.
#[derive(Clone, Copy)]
pub enum Constructor {
    /// A constant constructor, by its number among these; for a polymorphic variant, the hash of its name.
    Constant(i64),
    /// A constructor with arguments, by its tag.
    Block(u8),
}

/// Reads the word of a variant.
///
/// # Safety
/// `raw` must be a live word of a variant type.
#[inline(always)]
pub unsafe fn constructor(raw: RawOCaml) -> Constructor {
    if mlvalues::is_block(raw) {
        // SAFETY: passed on.
        Constructor::Block(unsafe { mlvalues::tag_of(raw) })
    } else {
        Constructor::Constant(mlvalues::int_val(raw))
    }
}

/// A word that is none of the constructors of the Rust type.
#[cold]
#[inline(never)]
pub fn unknown_constructor(rust: &str, constructor: Constructor) -> ConversionError {
    match constructor {
        Constructor::Constant(number) => ConversionError::new(format!(
            "{rust} has no constant constructor number {number}; do the two definitions agree?"
        )),
        Constructor::Block(tag) => ConversionError::new(format!(
            "{rust} has no constructor with arguments number {tag}; do the two definitions agree?"
        )),
    }
}

/// The hash of a polymorphic variant that the Rust type does not have.
#[cold]
#[inline(never)]
pub fn unknown_tag(rust: &str, hash: i64) -> ConversionError {
    ConversionError::new(format!("{rust} has no polymorphic variant whose tag has the hash {hash}"))
}
