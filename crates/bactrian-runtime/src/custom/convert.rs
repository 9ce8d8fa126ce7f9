//! Owned values as OCaml values.

use super::block::{alloc, expect};
use super::handle::{DynBox, DynRef, DynRefMut, take};
use super::header::BoxPtr;
use super::kind::Kinds;
use super::operations::Custom;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::RawOCaml;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList};
use core::any::type_name;

/// An OCaml type whose values are owned Rust values: [`DynBox<T>`], or `T` itself when it is [`Custom`].
pub trait Owned {
    /// The type of the Rust value.
    type Value: Send + 'static;

    #[doc(hidden)]
    fn type_name() -> &'static str;
}

impl<T: Send + 'static> Owned for DynBox<T> {
    type Value = T;

    fn type_name() -> &'static str {
        type_name::<T>()
    }
}

impl<T: Custom> Owned for T {
    type Value = T;

    fn type_name() -> &'static str {
        (Kinds::<T>::CUSTOM.name)()
    }
}

impl<M: Owned> OCaml<'_, M> {
    /// The box, or what the value is instead.
    #[inline]
    fn expect(&self) -> Result<BoxPtr, ConversionError> {
        // SAFETY: an `OCaml` value is live.
        unsafe { expect::<M::Value>(self.raw, M::type_name) }
    }

    /// A handle of the value, to be kept.
    pub fn handle(&self) -> Result<DynBox<M::Value>, ConversionError> {
        let boxed = self.expect()?;
        // SAFETY: the box of a live value is live, and was checked to hold this type.
        unsafe {
            boxed.as_ref().add_reference();
            Ok(DynBox::from_box(boxed))
        }
    }

    /// Borrows the value, beside other shared borrows. See [`DynBox::borrow`].
    #[inline]
    pub fn borrow(&self) -> Result<DynRef<M::Value>, ConversionError>
    where
        M::Value: Sync,
    {
        // SAFETY: as above.
        Ok(unsafe { DynRef::of(self.expect()?) }?)
    }

    /// Borrows the value for oneself alone. See [`DynBox::borrow_mut`].
    #[inline]
    pub fn borrow_mut(&self) -> Result<DynRefMut<M::Value>, ConversionError> {
        // SAFETY: as above.
        Ok(unsafe { DynRefMut::of(self.expect()?) }?)
    }

    /// Moves the value out and closes it. See [`DynBox::take`].
    pub fn take(&self) -> Result<M::Value, ConversionError> {
        // SAFETY: as above.
        Ok(unsafe { take(self.expect()?) }?)
    }
}

impl<'gc, T: Send + 'static> OCaml<'gc, DynBox<T>> {
    /// An OCaml value that owns a Rust value.
    pub fn box_value(rt: &'gc mut OCamlRuntime, value: T) -> Self {
        // SAFETY: the block is a value of that type, and takes over the handle's reference.
        unsafe {
            let raw = alloc(rt, DynBox::new(value).into_box());
            OCaml::new(rt, raw)
        }
    }
}

/// The block of a box, another one each time.
fn another_block<T>(rt: &mut OCamlRuntime, handle: &DynBox<T>) -> RawOCaml {
    // SAFETY: the clone's reference goes to the block.
    unsafe { alloc(rt, handle.clone().into_box()) }
}

// SAFETY: a block of a box that holds a `T`.
unsafe impl<T: Send + 'static> ToOCaml<DynBox<T>> for DynBox<T> {
    /// An OCaml value of the same Rust value. Two conversions make two, physically different.
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, DynBox<T>> {
        let raw = another_block(rt, self);
        // SAFETY: as above.
        unsafe { OCaml::new(rt, raw) }
    }
}

// SAFETY: a block of a box that holds a `T`.
unsafe impl<T: Custom> ToOCaml<T> for DynBox<T> {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, T> {
        let raw = another_block(rt, self);
        // SAFETY: as above.
        unsafe { OCaml::new(rt, raw) }
    }
}

// SAFETY: the block is checked before it is read.
unsafe impl<T: Send + 'static> FromOCaml<DynBox<T>> for DynBox<T> {
    from_ocaml_or_throw!(DynBox<T>);

    fn try_from_ocaml(value: OCaml<'_, DynBox<T>>) -> Result<Self, ConversionError> {
        value.handle()
    }
}

// SAFETY: the block is checked before it is read.
unsafe impl<T: Custom> FromOCaml<T> for DynBox<T> {
    from_ocaml_or_throw!(T);

    fn try_from_ocaml(value: OCaml<'_, T>) -> Result<Self, ConversionError> {
        value.handle()
    }
}

impl<T: Send + 'static> DefaultOCamlMapping for DynBox<T> {
    type OCamlType = DynBox<T>;
    type VecType = OCamlList<DynBox<T>>;
}

/// What an exported function can return.
///
/// A type that converts; or by value one that is [`Custom`], also in an `Option`, a `Result` or a `Vec`, since it
/// moves to OCaml. `How` tells them apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned to OCaml",
    note = "return a type that converts (`i64`, `f64`, `bool`, `String`, `Vec`, `Option`, tuples, derived structs and enums, \
            `BoxRoot`, `OCamlFn` …), or name its OCaml type with `returns = \"…\"`",
    note = "for a struct or enum: #[derive(ToOCaml)] converts it, #[derive(Custom)] leaves it in Rust; one of the latter can be \
            returned as such, in an `Option`, a `Result` or a `Vec`, and elsewhere as `.boxed()`"
)]
pub trait Returned<How> {
    /// The word.
    fn into_word(self, rt: &mut OCamlRuntime) -> RawOCaml;
}

/// By conversion. See [`Returned`].
pub struct Converted;
/// As an owned value. See [`Returned`].
pub struct Moved;

impl<T: DefaultOCamlMapping + ToOCaml<T::OCamlType>> Returned<Converted> for T {
    #[inline(always)]
    fn into_word(self, rt: &mut OCamlRuntime) -> RawOCaml {
        self.to_ocaml(rt).raw
    }
}

impl<T: Custom> Returned<Moved> for T {
    fn into_word(self, rt: &mut OCamlRuntime) -> RawOCaml {
        let handle = self.boxed();
        // SAFETY: the block takes over the handle's reference.
        unsafe { alloc(rt, handle.into_box()) }
    }
}

impl<T: Custom> Returned<Moved> for Option<T> {
    fn into_word(self, rt: &mut OCamlRuntime) -> RawOCaml {
        self.map(T::boxed).into_word(rt)
    }
}

impl<T: Custom> Returned<Moved> for Vec<T> {
    fn into_word(self, rt: &mut OCamlRuntime) -> RawOCaml {
        self.into_iter().map(T::boxed).collect::<Vec<_>>().into_word(rt)
    }
}

impl<T: Custom, E: DefaultOCamlMapping + ToOCaml<E::OCamlType>> Returned<Moved> for Result<T, E> {
    fn into_word(self, rt: &mut OCamlRuntime) -> RawOCaml {
        self.map(T::boxed).into_word(rt)
    }
}
