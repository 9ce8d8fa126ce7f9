//! What a word is: stale, immediate, a block of some kind.

use crate::ffi::alloc::{
    caml_int32_ops, caml_int64_ops, caml_minor_heaps_end, caml_minor_heaps_start,
    caml_nativeint_ops,
};
use crate::ffi::domain_state;
use crate::ffi::mlvalues::{RawOCaml, field, int_val, is_block, tag, tag_of, wosize};

/// Whether the word points into the part of this domain's minor heap that is free: it was moved by a collection after it
/// was read. The lock must be held.
pub fn is_stale(word: RawOCaml) -> bool {
    if !is_block(word) {
        return false;
    }
    // SAFETY: the lock is held.
    let free = unsafe {
        let state = domain_state::current();
        domain_state::young_start(state)..domain_state::young_ptr(state) as usize
    };
    word == 0 || free.contains(&(word as usize))
}

/// Whether the address lies in the minor heap of some domain.
pub fn is_in_a_minor_heap(address: usize) -> bool {
    // SAFETY: the runtime sets these when it starts.
    unsafe { caml_minor_heaps_start..caml_minor_heaps_end }.contains(&address)
}

/// What a word can be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No block.
    Immediate,
    /// A block of any kind.
    Block,
    /// A block of values.
    Values,
    /// A string or bytes.
    String,
    /// A boxed float.
    Float,
    /// A flat array or record of floats, or the empty array.
    FloatArray,
    /// A boxed `int32`.
    Int32,
    /// A boxed `int64`.
    Int64,
    /// A boxed `nativeint`.
    Nativeint,
    /// Any block with operations.
    Custom,
    /// A closure.
    Function,
    /// A block that the collector does not look into.
    Abstract,
}

impl Kind {
    const SPECIAL: [Kind; 9] = [
        Kind::String,
        Kind::Float,
        Kind::FloatArray,
        Kind::Int32,
        Kind::Int64,
        Kind::Nativeint,
        Kind::Custom,
        Kind::Function,
        Kind::Abstract,
    ];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Immediate => "an immediate",
            Kind::Block => "a block",
            Kind::Values => "a block of values",
            Kind::String => "a string",
            Kind::Float => "a float",
            Kind::FloatArray => "a float array",
            Kind::Int32 => "an int32",
            Kind::Int64 => "an int64",
            Kind::Nativeint => "a nativeint",
            Kind::Custom => "a custom block",
            Kind::Function => "a function",
            Kind::Abstract => "an abstract block",
        }
    }

    /// Whether the word is one.
    ///
    /// # Safety
    /// A word that is a block must be live.
    pub unsafe fn fits(self, word: RawOCaml) -> bool {
        if !is_block(word) {
            return self == Kind::Immediate;
        }
        // SAFETY: passed on; a custom block's first word is the address of its operations.
        unsafe {
            let tag = tag_of(word);
            let custom =
                |operations: usize| tag == tag::CUSTOM && field(word, 0) as usize == operations;
            match self {
                Kind::Immediate => false,
                Kind::Block => true,
                Kind::Values => tag < tag::NO_SCAN,
                Kind::String => tag == tag::STRING,
                Kind::Float => tag == tag::DOUBLE,
                Kind::FloatArray => tag == tag::DOUBLE_ARRAY || wosize(word) == 0,
                Kind::Int32 => custom(&raw const caml_int32_ops as usize),
                Kind::Int64 => custom(&raw const caml_int64_ops as usize),
                Kind::Nativeint => custom(&raw const caml_nativeint_ops as usize),
                Kind::Custom => tag == tag::CUSTOM,
                Kind::Function => tag == tag::CLOSURE || tag == tag::INFIX,
                Kind::Abstract => tag == tag::NO_SCAN,
            }
        }
    }
}

/// A word in words: `the immediate 0`, `a string`, `a block of 2 values with tag 0`.
///
/// # Safety
/// A word that is a block must be live.
pub unsafe fn describe(word: RawOCaml) -> String {
    if !is_block(word) {
        return format!("the immediate {}", int_val(word));
    }
    // SAFETY: passed on.
    unsafe {
        match Kind::SPECIAL.into_iter().find(|kind| kind.fits(word)) {
            Some(kind) if wosize(word) != 0 => kind.name().to_owned(),
            _ => format!("a block of {} values with tag {}", wosize(word), tag_of(word)),
        }
    }
}

/// What the word of a type looks like.
#[cfg(feature = "checked")]
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// Nothing is known.
    Any,
    /// A word of this kind.
    Of(Kind),
    Unit,
    Bool,
    Char,
    Option,
    Result,
    List,
    Array,
    Tuple(usize),
    /// A record or the arguments of a constructor: the Rust type, the tag, the number of fields.
    Record(&'static str, u8, usize),
    /// Floats only: the Rust type, the number of fields.
    Floats(&'static str, usize),
    /// A block of values with a field of this index.
    Field(usize),
}

#[cfg(feature = "checked")]
impl Shape {
    /// Whether the word can be one of the type.
    ///
    /// # Safety
    /// A word that is a block must be live.
    pub unsafe fn fits(self, word: RawOCaml) -> bool {
        if !is_block(word) {
            let number = int_val(word);
            return match self {
                Shape::Any | Shape::Of(Kind::Immediate) => true,
                Shape::Unit | Shape::Option | Shape::List => number == 0,
                Shape::Bool => number == 0 || number == 1,
                Shape::Char => (0..256).contains(&number),
                _ => false,
            };
        }
        // SAFETY: passed on.
        unsafe {
            let (tag, size) = (tag_of(word), wosize(word));
            match self {
                Shape::Any => true,
                Shape::Of(kind) => kind.fits(word),
                Shape::Unit | Shape::Bool | Shape::Char => false,
                Shape::Option => tag == 0 && size == 1,
                Shape::Result => tag < 2 && size == 1,
                Shape::List => tag == 0 && size == 2,
                Shape::Array => tag == 0 || tag == tag::DOUBLE_ARRAY,
                Shape::Tuple(count) => tag == 0 && size == count,
                Shape::Record(_, constructor, count) => tag == constructor && size == count,
                Shape::Floats(_, count) => tag == tag::DOUBLE_ARRAY && size == count,
                Shape::Field(index) => tag < tag::NO_SCAN && index < size,
            }
        }
    }

    /// In words, as a rule.
    pub fn rule(self) -> String {
        match self {
            Shape::Any => "a value is a word".into(),
            Shape::Of(kind) => format!("a value of this type is {}", kind.name()),
            Shape::Unit => "a unit is the immediate 0".into(),
            Shape::Bool => "a bool is the immediate 0 or 1".into(),
            Shape::Char => "a char is an immediate from 0 to 255".into(),
            Shape::Option => "an option is the immediate 0 or a block of 1 value with tag 0".into(),
            Shape::Result => "a result is a block of 1 value with tag 0 or 1".into(),
            Shape::List => "a list is the immediate 0 or a block of 2 values with tag 0".into(),
            Shape::Array => "an array is a block with tag 0, or a float array".into(),
            Shape::Tuple(count) => {
                format!("a tuple of {count} is a block of {count} values with tag 0")
            }
            Shape::Record(name, tag, count) => format!(
                "{name} is a block of {count} values with tag {tag}: the two definitions may disagree"
            ),
            Shape::Floats(name, count) => {
                format!("{name} is a float array of {count}: the two definitions may disagree")
            }
            Shape::Field(index) => {
                format!("field {index} is that of a block of values with as many")
            }
        }
    }
}
