//! Immediates, passed where a root is asked for.

use crate::value::{OCaml, OCamlCell, OCamlRef};
use core::ops::Deref;

impl<T> Deref for OCaml<'static, T> {
    type Target = OCamlCell<T>;

    /// The value as a root: it is an immediate, such as `()`, which no collection moves, so `&OCaml::unit()` can be
    /// passed where a root is asked for.
    #[inline]
    fn deref(&self) -> &OCamlCell<T> {
        self.as_ref()
    }
}

impl<T> OCaml<'static, T> {
    /// The value as a root: it is an immediate, which no collection moves.
    #[inline]
    #[allow(clippy::should_implement_trait)]
    pub fn as_ref(&self) -> OCamlRef<'_, T> {
        // SAFETY: a cell is a word, and this one is never written: no `OCaml` lends itself mutably. A value that is
        // valid for ever is an immediate, so the cell is right after any collection.
        unsafe { &*(&raw const self.raw).cast::<OCamlCell<T>>() }
    }
}
