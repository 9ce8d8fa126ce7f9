//! References to roots.

use crate::conv::{ConversionError, FromOCaml};
use crate::ffi::mlvalues::RawOCaml;
use crate::roots::{BoxRoot, Slot};
use crate::runtime::OCamlRuntime;
use core::cell::UnsafeCell;
use core::marker::PhantomData;

/// A rooted word of OCaml type `T`; seen only behind a reference, [`OCamlRef`].
#[repr(transparent)]
pub struct OCamlCell<T> {
    cell: UnsafeCell<RawOCaml>,
    _marker: PhantomData<*const T>,
}

/// A reference to a root of OCaml type `T`: a slot of a region, an argument of the call, or a
/// [`BoxRoot`]. It stays valid over collections; [`OCamlRuntime::get`] reads it.
pub type OCamlRef<'a, T> = &'a OCamlCell<T>;

impl<T> OCamlCell<T> {
    /// The cell of a root's slot.
    ///
    /// # Safety
    /// The slot must be a root of a `T` for the lifetime.
    #[inline(always)]
    #[doc(hidden)]
    pub unsafe fn from_slot<'a>(slot: Slot) -> OCamlRef<'a, T> {
        // SAFETY: an `OCamlCell` is a word.
        unsafe { slot.cast::<OCamlCell<T>>().as_ref() }
    }

    /// The word that the root holds now.
    ///
    /// # Safety
    /// The domain's lock must be held. The word is stale after anything that may collect.
    #[inline(always)]
    pub unsafe fn get_raw(&self) -> RawOCaml {
        // SAFETY: the slot is a live, aligned word. It is written with the world stopped, or by `BoxRoot::keep`,
        // which has exclusive access.
        unsafe { *self.cell.get() }
    }

    /// Converts the value to Rust.
    ///
    /// # Panics
    /// When the value has no counterpart in Rust (see [`FromOCaml::from_ocaml`]).
    #[inline]
    pub fn to_rust<R: FromOCaml<T>>(&self, rt: &OCamlRuntime) -> R {
        rt.get(self).to_rust()
    }

    /// Converts the value to Rust, or says why it cannot be.
    #[inline]
    pub fn try_to_rust<R: FromOCaml<T>>(&self, rt: &OCamlRuntime) -> Result<R, ConversionError> {
        rt.get(self).try_to_rust()
    }

    /// A long-lived root of the same value.
    #[inline]
    pub fn to_boxroot(&self, rt: &OCamlRuntime) -> BoxRoot<T> {
        BoxRoot::new(rt.get(self))
    }
}
