//! Helpers of derived conversions: records of floats, accessors, and constructors that nobody knows.

use crate::alloc::opaque_block;
use crate::checked::checked;
use crate::conv::ConversionError;
use crate::ffi::alloc::caml_modify;
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, Plain};

/// Checks the shape of a record or of a constructor's arguments, in checked mode.
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub fn check_record<T>(value: &OCaml<'_, T>, name: &'static str, tag: u8, fields: usize) {
    checked! {
        let shape = crate::checked::Shape::Record(name, tag, fields);
        let _operation = value.used("FromOCaml::from_ocaml", shape);
    }
    let _ = (value, name, tag, fields);
}

/// Checks the shape of a flat record of floats, in checked mode.
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub fn check_float_record<T>(value: &OCaml<'_, T>, name: &'static str, fields: usize) {
    checked! {
        let shape = crate::checked::Shape::Floats(name, fields);
        let _operation = value.used("FromOCaml::from_ocaml", shape);
    }
    let _ = (value, name, fields);
}

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

/// A field of a flat record of floats, which other domains may write if it is mutable.
///
/// # Safety
/// `raw` must be a live record of more than `index` floats.
#[inline(always)]
pub unsafe fn float_field(raw: RawOCaml, index: usize) -> f64 {
    // SAFETY: passed on.
    unsafe { f64::load((raw as *const f64).add(index)) }
}

/// Writes a mutable field of a flat record of floats.
///
/// # Safety
/// As for [`float_field`].
#[inline(always)]
pub unsafe fn set_float_field(raw: RawOCaml, index: usize, value: f64) {
    // SAFETY: passed on.
    unsafe { f64::store((raw as *mut f64).add(index), value) }
}

/// Writes a mutable field of a record that is not flat.
///
/// # Safety
/// `raw` must be a live record with more than `index` fields, that one be mutable, and `value` be a live word of its type.
#[inline(always)]
pub unsafe fn set_field(raw: RawOCaml, index: usize, value: RawOCaml) {
    // SAFETY: passed on.
    unsafe { caml_modify((raw as *mut RawOCaml).add(index), value) }
}

/// What a field of a flat record is made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a float_record",
    note = "its fields are `f64`, `f32`, or structs with one unnamed field of these that derive ToOCaml"
)]
pub trait ToFlat {
    /// The float.
    fn to_flat(&self) -> f64;
}

/// What can be made of a field of a flat record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a float_record",
    note = "its fields are `f64`, `f32`, or structs with one unnamed field of these that derive FromOCaml"
)]
pub trait OfFlat {
    /// From the float.
    fn of_flat(float: f64) -> Self;
}

impl ToFlat for f64 {
    #[inline(always)]
    fn to_flat(&self) -> f64 {
        *self
    }
}

impl OfFlat for f64 {
    #[inline(always)]
    fn of_flat(float: f64) -> Self {
        float
    }
}

impl ToFlat for f32 {
    #[inline(always)]
    fn to_flat(&self) -> f64 {
        f64::from(*self)
    }
}

impl OfFlat for f32 {
    #[inline(always)]
    fn of_flat(float: f64) -> Self {
        float as f32
    }
}

/// What an accessor of a derived type takes: a value of type `M`, or a root of one.
///
/// # Safety
/// `word` must return a live word of type `M`.
#[diagnostic::on_unimplemented(message = "`{Self}` is neither a value nor a root of `{M}`")]
pub unsafe trait Word<M> {
    /// The word, which is stale after anything that may collect.
    fn word(&self, rt: &OCamlRuntime) -> RawOCaml;
}

// SAFETY: the value itself, which the borrow of the runtime keeps live.
unsafe impl<M> Word<M> for OCaml<'_, M> {
    #[inline(always)]
    fn word(&self, _: &OCamlRuntime) -> RawOCaml {
        self.raw
    }
}

// SAFETY: what the root holds.
unsafe impl<M> Word<M> for OCamlCell<M> {
    #[inline(always)]
    fn word(&self, rt: &OCamlRuntime) -> RawOCaml {
        rt.get(self).raw
    }
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
