//! Conversions between Rust and OCaml.

use crate::checked::checked;
use crate::roots::BoxRoot;
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;

/// A Rust value that can become an OCaml value of type `T`.
///
/// # Safety
/// `to_ocaml` must return a value that OCaml takes for a `T`; it may use the runtime only through the handle
/// that it is given, not through a [`Region`](crate::Region) that it holds; and `ALLOCATES` must be true if the
/// conversion may allocate on the OCaml heap, call OCaml or release the domain's lock: other values in the making are
/// roots over it only then.
///
/// ```no_run
/// use bactrian_runtime::{OCaml, OCamlInt, OCamlRuntime, ToOCaml};
/// fn answer(rt: &mut OCamlRuntime) -> OCaml<'_, OCamlInt> {
///     42i64.to_ocaml(rt)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted to the OCaml type `{T}`",
    note = "derive `ToOCaml` for a struct or enum, or name another OCaml type with `#[ocaml(as_ = \"…\")]`"
)]
pub unsafe trait ToOCaml<T> {
    /// Whether the conversion may collect. When it cannot, values before it need no root.
    ///
    /// To say `false` is part of the promise of the `unsafe impl`; `true` is always right.
    const ALLOCATES: bool = true;

    /// Converts.
    ///
    /// # Panics
    /// When the value has no counterpart in OCaml, such as an integer beyond 63 bits. In an exported
    /// function this is `Invalid_argument`.
    #[cfg_attr(feature = "checked", track_caller)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, T>;

    /// Converts, and roots the result.
    #[cfg_attr(feature = "checked", track_caller)]
    fn to_boxroot(&self, rt: &mut OCamlRuntime) -> BoxRoot<T> {
        checked! { let _operation = crate::checked::operation("ToOCaml::to_boxroot"); }
        BoxRoot::new(self.to_ocaml(rt))
    }
}

/// A Rust value that can be made from an OCaml value of type `T`.
///
/// Making it never allocates on the OCaml heap.
///
/// # Safety
/// The implementation may read the value only as a `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from the OCaml type `{T}`",
    note = "derive `FromOCaml` for a struct or enum, or name another OCaml type with `#[ocaml(as_ = \"…\")]`",
    note = "of a type that derives `Custom` take a borrow, `&T` or `&mut T`, or a handle, `DynBox<T>`"
)]
pub unsafe trait FromOCaml<T>: Sized {
    /// Converts.
    ///
    /// # Panics
    /// When the value has no counterpart in Rust: an `int` that is too large, a `string` that is not UTF-8. In an
    /// exported function this is `Invalid_argument`.
    #[cfg_attr(feature = "checked", track_caller)]
    fn from_ocaml(value: OCaml<'_, T>) -> Self;

    /// Converts, or says why it cannot be.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    fn try_from_ocaml(value: OCaml<'_, T>) -> Result<Self, ConversionError> {
        Ok(Self::from_ocaml(value))
    }
}

/// The OCaml type that a Rust type stands for in exported functions and derived types, unless another is named.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no OCaml type of its own, so it cannot be used here",
    note = "plain owned types can be used (`i64`, `f64`, `bool`, `String`, `Vec`, `Option`, tuples, derived structs and \
            enums, `BoxRoot`, `OCamlFn` …)",
    note = "for a struct or enum: #[derive(ToOCaml, FromOCaml)]"
)]
pub trait DefaultOCamlMapping {
    /// The OCaml type.
    type OCamlType;
    /// The OCaml type of a `Vec` of these: a list, except that bytes make a `string`.
    type VecType;
    /// Whether it is `float`: a record of only these is a flat float array.
    #[doc(hidden)]
    const IS_FLOAT: bool = false;
}

/// Why a value could not be converted: what it was, and what was wanted.
#[derive(Clone, PartialEq, Eq)]
pub struct ConversionError(Box<Message>);

#[derive(Clone, PartialEq, Eq)]
struct Message {
    text: String,
    out_of_memory: bool,
}

impl ConversionError {
    /// An error with this message.
    #[cold]
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Message { text: message.into(), out_of_memory: false }))
    }

    /// The OCaml heap has no room; in an exported function this is `Out_of_memory`.
    #[cold]
    pub(crate) fn out_of_memory(words: usize) -> Self {
        let text = format!("the OCaml heap has no room for a block of {words} words");
        Self(Box::new(Message { text, out_of_memory: true }))
    }

    /// Rust has no memory for a copy of what OCaml holds; in an exported function this is `Out_of_memory`.
    #[cold]
    pub(crate) fn no_memory(bytes: usize) -> Self {
        let text = format!("there is no memory for a copy of {bytes} bytes");
        Self(Box::new(Message { text, out_of_memory: true }))
    }

    pub(crate) fn is_out_of_memory(&self) -> bool {
        self.0.out_of_memory
    }

    /// The same error, with the place where it happened before it.
    #[cold]
    pub fn within(mut self, place: &str) -> Self {
        self.0.text = format!("{place}: {}", self.0.text);
        self
    }

    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.0.text
    }

    /// Unwinds with this error: the nearest exported function raises it.
    #[cold]
    #[track_caller]
    pub fn throw(self) -> ! {
        crate::panic::throw(self)
    }
}

impl core::fmt::Display for ConversionError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl core::fmt::Debug for ConversionError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ConversionError({:?})", self.0.text)
    }
}

impl std::error::Error for ConversionError {}

/// `from_ocaml` for types whose real conversion is `try_from_ocaml`.
macro_rules! from_ocaml_or_throw {
    ($marker:ty) => {
        #[inline]
        fn from_ocaml(value: $crate::value::OCaml<'_, $marker>) -> Self {
            match Self::try_from_ocaml(value) {
                Ok(value) => value,
                Err(error) => error.throw(),
            }
        }
    };
}
pub(crate) use from_ocaml_or_throw;

/// A type of its own in OCaml, whose `Vec` is a list.
macro_rules! default_mapping {
    ($($rust:ty => $ocaml:ty),* $(,)?) => {$(
        impl $crate::conv::DefaultOCamlMapping for $rust {
            type OCamlType = $ocaml;
            type VecType = $crate::value::OCamlList<$ocaml>;
        }
    )*};
}
pub(crate) use default_mapping;
