//! `caml/mlvalues.h`: how a word is read.

use core::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

/// An OCaml word: an immediate when odd, else the address of a block.
pub type RawOCaml = isize;

/// `()`, `false`, `[]`, `None` and `0` are one word.
pub const UNIT: RawOCaml = 1;
/// `false`
pub const FALSE: RawOCaml = 1;
/// `true`
pub const TRUE: RawOCaml = 3;

/// The smallest `int` of OCaml: -2⁶².
pub const MIN_INT: i64 = -(1 << 62);
/// The largest `int` of OCaml: 2⁶² - 1.
pub const MAX_INT: i64 = (1 << 62) - 1;

/// Tags of blocks that have a meaning of their own.
pub mod tag {
    /// Blocks with this tag or a higher one hold no values.
    pub const NO_SCAN: u8 = 251;
    /// Functions.
    pub const CLOSURE: u8 = 247;
    /// Objects, and constructors of exceptions.
    pub const OBJECT: u8 = 248;
    /// Functions that share a block with others.
    pub const INFIX: u8 = 249;
    /// Strings and bytes.
    pub const STRING: u8 = 252;
    /// Floats.
    pub const DOUBLE: u8 = 253;
    /// Float arrays, and records whose fields are all floats.
    pub const DOUBLE_ARRAY: u8 = 254;
    /// Blocks with operations: `int32`, `int64`, `nativeint`, Bigarrays, Rust values.
    pub const CUSTOM: u8 = 255;
}

/// The word of an `int`; the caller has checked that it fits 63 bits.
#[inline(always)]
pub const fn val_int(i: i64) -> RawOCaml {
    ((i as isize) << 1) | 1
}

/// The `int` of a word.
#[inline(always)]
pub const fn int_val(v: RawOCaml) -> i64 {
    (v >> 1) as i64
}

/// Whether the word is the address of a block.
#[inline(always)]
pub const fn is_block(v: RawOCaml) -> bool {
    v & 1 == 0
}

/// Whether a callback's result says that an exception was raised.
#[inline(always)]
pub const fn is_exception_result(v: RawOCaml) -> bool {
    v & 3 == 2
}

/// The exception of such a result.
#[inline(always)]
pub const fn extract_exception(v: RawOCaml) -> RawOCaml {
    v & !3
}

/// The header of a block that is being made in the minor heap.
#[inline(always)]
pub const fn make_header(wosize: usize, tag: u8) -> usize {
    (wosize << 10) | tag as usize
}

/// The header of a block.
///
/// # Safety
/// `v` must be a live block.
#[inline(always)]
unsafe fn header(v: RawOCaml) -> usize {
    // SAFETY: the header is the word before the block. The marker may write its colour meanwhile, so the
    // load is atomic.
    unsafe { (*(v as *const AtomicUsize).sub(1)).load(Ordering::Relaxed) }
}

/// The size of a block in words.
///
/// # Safety
/// `v` must be a live block.
#[inline(always)]
pub unsafe fn wosize(v: RawOCaml) -> usize {
    // The eight highest bits may be reserved by the configuration; no supported one does.
    // SAFETY: passed on.
    unsafe { header(v) >> 10 }
}

/// The tag of a block.
///
/// # Safety
/// `v` must be a live block.
#[inline(always)]
pub unsafe fn tag_of(v: RawOCaml) -> u8 {
    // SAFETY: passed on.
    unsafe { header(v) as u8 }
}

/// A field of a block.
///
/// # Safety
/// `v` must be a live block of values with more than `index` fields.
#[inline(always)]
pub unsafe fn field(v: RawOCaml, index: usize) -> RawOCaml {
    // SAFETY: in bounds by the contract; another domain may write the field, so the load is atomic.
    unsafe { (*(v as *const AtomicIsize).add(index)).load(Ordering::Relaxed) }
}

/// The length in bytes of a string.
///
/// # Safety
/// `v` must be a live string or bytes.
#[inline(always)]
pub unsafe fn string_length(v: RawOCaml) -> usize {
    // SAFETY: the last byte of a string's block says how many bytes of padding come before it.
    unsafe {
        let last = wosize(v) * 8 - 1;
        last - *(v as *const u8).add(last) as usize
    }
}

/// The `float` of a block.
///
/// # Safety
/// `v` must be a live float.
#[inline(always)]
pub unsafe fn double_val(v: RawOCaml) -> f64 {
    // SAFETY: a float's block is eight aligned bytes.
    unsafe { *(v as *const f64) }
}

/// The data of a custom block: `int32`, `int64`, `nativeint`.
///
/// # Safety
/// `v` must be a live custom block whose data is a `T`.
#[inline(always)]
pub unsafe fn custom_data<T: Copy>(v: RawOCaml) -> T {
    // SAFETY: the data comes after the word of the operations.
    unsafe { *((v as *const RawOCaml).add(1) as *const T) }
}

/// The word of a polymorphic variant's tag, as OCaml's own `Btype.hash_variant` computes it.
pub const fn hash_variant(name: &str) -> RawOCaml {
    let bytes = name.as_bytes();
    let mut hash: u32 = 0;
    let mut i = 0;
    while i < bytes.len() {
        hash = hash.wrapping_mul(223).wrapping_add(bytes[i] as u32);
        i += 1;
    }
    // 31 bits, with the sign of the 31st.
    let signed = ((hash << 1) as i32) >> 1;
    val_int(signed as i64)
}
