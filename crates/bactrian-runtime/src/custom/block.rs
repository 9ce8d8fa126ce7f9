//! The OCaml side of a box: a custom block of two words, the operations and the address of the box.

use super::callbacks;
use super::handle::finish;
use super::header::{BoxPtr, Header};
use crate::alloc::large_block;
use crate::conv::ConversionError;
use crate::ffi::custom::{
    CustomOperations, FixedLength, caml_adjust_gc_speed, caml_alloc_custom_mem,
    caml_custom_get_max_major, caml_custom_minor_max_bsz,
};
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use core::any::TypeId;
use core::ffi::CStr;
use core::ptr::NonNull;
use core::sync::atomic::Ordering;

/// What `Marshal` writes for all our blocks; the name of the type comes after it.
const IDENTIFIER: &CStr = c"bactrian.rust";

/// The address: what a block holds beside its operations.
static ADDRESS: FixedLength = FixedLength { bytes_32: 4, bytes_64: 8 };

const fn operations(hash: bool) -> CustomOperations {
    CustomOperations {
        identifier: IDENTIFIER.as_ptr(),
        finalize: Some(callbacks::finalise),
        compare: Some(callbacks::compare),
        // A type without a hash does not count in a hash, which OCaml says by a null pointer.
        hash: if hash { Some(callbacks::hash) } else { None },
        serialize: Some(super::marshal::serialise),
        deserialize: Some(super::marshal::deserialise),
        compare_ext: None,
        fixed_length: &raw const ADDRESS,
    }
}

/// The operations of types without a hash, and with one. A block is ours if it has one of these.
static PLAIN: CustomOperations = operations(false);
static HASHED: CustomOperations = operations(true);

/// The operations that `Marshal` is told of.
pub(super) fn unmarshalled() -> &'static CustomOperations {
    &PLAIN
}

/// The operations of blocks of this kind.
pub(super) fn operations_of(header: &Header) -> &'static CustomOperations {
    if header.kind().hash.is_some() { &HASHED } else { &PLAIN }
}

/// Makes the block of a box; it takes over the caller's reference.
///
/// # Safety
/// The reference must be the caller's.
///
/// # Panics
/// When the OCaml heap has no room for it: unwinds with `Out_of_memory`.
pub(super) unsafe fn alloc(_rt: &mut OCamlRuntime, boxed: BoxPtr) -> RawOCaml {
    /// Gives the reference back when there is no block to hold it.
    struct Reference(BoxPtr);
    impl Drop for Reference {
        fn drop(&mut self) {
            // SAFETY: the reference is the guard's.
            unsafe { finish(self.0, self.0.as_ref().leave()) }
        }
    }
    crate::interrupt::install();
    // SAFETY: the handle proves the lock. The address is written before anything can collect.
    unsafe {
        let header = boxed.as_ref();
        let operations = &raw const *operations_of(header);
        let size = header.size();
        let block = if size <= caml_custom_minor_max_bsz.load(Ordering::Relaxed) {
            caml_alloc_custom_mem(operations, size_of::<BoxPtr>(), size)
        } else {
            // As the runtime does it, except that it would raise over our frames.
            let reference = Reference(boxed);
            let block = large_block(2, tag::CUSTOM);
            core::mem::forget(reference);
            (block as *mut *const CustomOperations).write(operations);
            caml_adjust_gc_speed(size, caml_custom_get_max_major());
            block
        };
        (block as *mut *mut Header).add(1).write(boxed.as_ptr());
        block
    }
}

/// The box of a word, whatever that is: `None` unless it is one of our blocks.
///
/// # Safety
/// `raw` must be a live word.
#[inline]
pub(super) unsafe fn box_of(raw: RawOCaml) -> Option<BoxPtr> {
    // SAFETY: a block has a header; a custom block has operations in its first word. Ours have a second word, whatever
    // `Marshal` was told of its size.
    unsafe {
        if !mlvalues::is_block(raw) || mlvalues::tag_of(raw) != tag::CUSTOM {
            return None;
        }
        let operations = *(raw as *const *const CustomOperations);
        if !core::ptr::eq(operations, &PLAIN) && !core::ptr::eq(operations, &HASHED) {
            return None;
        }
        box_of_ours(raw)
    }
}

/// The box of one of our blocks; `None` for one that was never filled.
///
/// # Safety
/// `raw` must be a block of ours, live or being finalised.
#[inline]
pub(super) unsafe fn box_of_ours(raw: RawOCaml) -> Option<BoxPtr> {
    // SAFETY: passed on.
    unsafe {
        if mlvalues::wosize(raw) != 2 {
            return None;
        }
        NonNull::new(*(raw as *const *mut Header).add(1))
    }
}

/// The box of a word, if its value is a `T`.
///
/// # Safety
/// `raw` must be a live word.
#[inline]
pub(super) unsafe fn expect<T: 'static>(
    raw: RawOCaml,
    name: fn() -> &'static str,
) -> Result<BoxPtr, ConversionError> {
    // SAFETY: passed on; the box of a live block is live.
    unsafe {
        match box_of(raw) {
            Some(boxed) if boxed.as_ref().kind().id == TypeId::of::<T>() => Ok(boxed),
            _ => Err(mismatch(raw, name())),
        }
    }
}

#[cold]
#[inline(never)]
unsafe fn mismatch(raw: RawOCaml, expected: &str) -> ConversionError {
    // SAFETY: passed on.
    let found = unsafe { describe(raw) };
    ConversionError::new(format!("expected a Rust value `{expected}`, but it is {found}"))
}

/// What a word is, as far as can be said.
///
/// # Safety
/// `raw` must be a live word.
pub(crate) unsafe fn describe(raw: RawOCaml) -> String {
    // SAFETY: passed on; what is looked at goes with the tag.
    unsafe {
        if let Some(boxed) = box_of(raw) {
            let kind = boxed.as_ref().kind();
            let what = if kind.call.is_some() { "the Rust closure" } else { "a Rust value" };
            return format!("{what} `{}`", (kind.name)());
        }
        if !mlvalues::is_block(raw) {
            return format!("the immediate {}", mlvalues::int_val(raw));
        }
        match mlvalues::tag_of(raw) {
            tag::CUSTOM => {
                let operations = *(raw as *const *const CustomOperations);
                let identifier = CStr::from_ptr((*operations).identifier).to_string_lossy();
                format!("a custom block of OCaml's, {identifier:?}")
            }
            tag::STRING => "a string".to_owned(),
            tag::DOUBLE => "a float".to_owned(),
            tag::DOUBLE_ARRAY => "an array or record of floats".to_owned(),
            tag::CLOSURE | tag::INFIX => "a function".to_owned(),
            other => format!("an OCaml block with the tag {other}"),
        }
    }
}
