//! References to roots.

use crate::checked::checked;
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
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn get_raw(&self) -> RawOCaml {
        checked! {
            // SAFETY: a reference is not null.
            crate::checked::read(unsafe { Slot::new_unchecked(self.cell.get()) });
        }
        // SAFETY: the slot is a live, aligned word. It is written with the world stopped, or by `BoxRoot::keep`,
        // which has exclusive access.
        unsafe { *self.cell.get() }
    }

    /// Converts the value to Rust.
    ///
    /// # Panics
    /// When the value has no counterpart in Rust (see [`FromOCaml::from_ocaml`]).
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_rust<R: FromOCaml<T>>(&self, rt: &OCamlRuntime) -> R {
        checked! { let _operation = crate::checked::operation("OCamlCell::to_rust"); }
        rt.get(self).to_rust()
    }

    /// Converts the value to Rust, or says why it cannot be.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn try_to_rust<R: FromOCaml<T>>(&self, rt: &OCamlRuntime) -> Result<R, ConversionError> {
        checked! { let _operation = crate::checked::operation("OCamlCell::try_to_rust"); }
        rt.get(self).try_to_rust()
    }

    /// A long-lived root of the same value.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_boxroot(&self, rt: &OCamlRuntime) -> BoxRoot<T> {
        checked! { let _operation = crate::checked::operation("OCamlCell::to_boxroot"); }
        BoxRoot::new(rt.get(self))
    }
}
