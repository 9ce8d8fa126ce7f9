//! Unrooted values.

use crate::checked::checked;
#[cfg(feature = "checked")]
use crate::checked::{Shape, words::Kind};
use crate::conv::{ConversionError, FromOCaml};
use crate::ffi::mlvalues::{self, RawOCaml};
use crate::roots::BoxRoot;
use crate::runtime::OCamlRuntime;
use core::marker::PhantomData;

/// An OCaml value of type `T`, unrooted: valid while the runtime is borrowed for `'gc`.
///
/// Whatever may collect takes `&mut OCamlRuntime`, so the compiler rejects a use after it. To keep the
/// value longer, root it: [`OCaml::root`], or a [`Region`](crate::Region).
pub struct OCaml<'gc, T> {
    pub(crate) raw: RawOCaml,
    #[cfg(feature = "checked")]
    reading: crate::checked::Reading,
    _marker: PhantomData<(&'gc OCamlRuntime, *const T)>,
}

impl<T> Clone for OCaml<'_, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for OCaml<'_, T> {}

/// The type of a value about which nothing is known, and which is only passed on.
pub struct OCamlAny {
    _private: (),
}

impl<'gc, T> OCaml<'gc, T> {
    /// A value from its word.
    ///
    /// # Safety
    /// The word must be of type `T`, and live until something takes the runtime mutably within `'gc`.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn from_raw(raw: RawOCaml) -> Self {
        Self {
            raw,
            #[cfg(feature = "checked")]
            reading: crate::checked::Reading::now(raw),
            _marker: PhantomData,
        }
    }

    /// A value from its word, for the time that the runtime is borrowed.
    ///
    /// # Safety
    /// The word must be of type `T`, and live.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn new(_rt: &'gc OCamlRuntime, raw: RawOCaml) -> Self {
        // SAFETY: passed on.
        unsafe { Self::from_raw(raw) }
    }

    /// Begins an operation on the value, which must be live and of that shape.
    #[cfg(feature = "checked")]
    #[track_caller]
    pub(crate) fn used(
        &self,
        function: &'static str,
        shape: crate::checked::Shape,
    ) -> crate::checked::Operation {
        self.reading.used(self.raw, function, shape)
    }

    /// The word.
    ///
    /// # Safety
    /// It is stale after anything that may collect.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn raw(&self) -> RawOCaml {
        checked! { let _operation = self.used("OCaml::raw", Shape::Any); }
        self.raw
    }

    /// Converts the value to Rust.
    ///
    /// # Panics
    /// When the value has no counterpart in Rust (see [`FromOCaml::from_ocaml`]).
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_rust<R: FromOCaml<T>>(&self) -> R {
        checked! { let _operation = self.used("OCaml::to_rust", Shape::Any); }
        R::from_ocaml(*self)
    }

    /// Converts the value to Rust, or says why it cannot be.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn try_to_rust<R: FromOCaml<T>>(&self) -> Result<R, ConversionError> {
        checked! { let _operation = self.used("OCaml::try_to_rust", Shape::Any); }
        R::try_from_ocaml(*self)
    }

    /// A long-lived root of this value.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn root(self) -> BoxRoot<T> {
        checked! { let _operation = self.used("OCaml::root", Shape::Any); }
        BoxRoot::new(self)
    }

    /// Whether the value is a block, as against an immediate.
    #[inline]
    pub fn is_block(&self) -> bool {
        mlvalues::is_block(self.raw)
    }

    /// Whether the value is an immediate, as against a block.
    #[inline]
    pub fn is_long(&self) -> bool {
        !self.is_block()
    }

    /// The size of the block in words.
    ///
    /// # Panics
    /// When the value is an immediate.
    #[inline]
    #[track_caller]
    pub fn size(&self) -> usize {
        self.expect_block("size");
        // SAFETY: checked to be a block.
        unsafe { mlvalues::wosize(self.raw) }
    }

    /// Whether the value is a block of so many words.
    #[inline]
    pub fn is_block_sized(&self, size: usize) -> bool {
        self.is_block() && self.size() == size
    }

    /// The tag of the block: the number of a constructor with arguments, or what kind of block it is.
    ///
    /// # Panics
    /// When the value is an immediate.
    #[inline]
    #[track_caller]
    pub fn tag_value(&self) -> u8 {
        self.expect_block("tag_value");
        // SAFETY: checked to be a block.
        unsafe { mlvalues::tag_of(self.raw) }
    }

    #[inline(always)]
    #[track_caller]
    fn expect_block(&self, method: &str) {
        assert!(
            self.is_block(),
            "OCaml::{method}: the value is the immediate {}, not a block",
            mlvalues::int_val(self.raw)
        );
    }

    /// A field of the block.
    ///
    /// # Safety
    /// The value must be a block of values with more than `index` fields, and that field of type `F`.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn field<F>(&self, index: usize) -> OCaml<'gc, F> {
        debug_assert!(self.is_block());
        checked! { let _operation = self.used("OCaml::field", Shape::Field(index)); }
        // SAFETY: passed on.
        unsafe { OCaml::from_raw(mlvalues::field(self.raw, index)) }
    }

    /// The tag of the block.
    ///
    /// # Safety
    /// The value must be a block.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn tag(&self) -> u8 {
        checked! { let _operation = self.used("OCaml::tag", Shape::Of(Kind::Block)); }
        // SAFETY: passed on.
        unsafe { mlvalues::tag_of(self.raw) }
    }
}

impl<T> core::fmt::Debug for OCaml<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "OCaml<{}>", core::any::type_name::<T>())
    }
}
