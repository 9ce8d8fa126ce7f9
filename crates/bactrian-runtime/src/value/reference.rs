//! `ref`.

use crate::alloc::small_block;
use crate::ffi::alloc::caml_modify;
use crate::ffi::mlvalues::RawOCaml;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlRef};
use core::marker::PhantomData;

/// OCaml's `'a ref`: a mutable cell of the OCaml heap. (An [`OCamlRef`] is something else: a reference to a root.)
///
/// ```no_run
/// use bactrian_runtime::{OCaml, OCamlInt, OCamlRef, OCamlReference, OCamlRuntime};
/// fn increment(rt: &mut OCamlRuntime, counter: OCamlRef<OCamlReference<OCamlInt>>) {
///     let counter = rt.get(counter);
///     let next = OCaml::of_i64(counter.get().to_i64() + 1).unwrap_or_else(|e| e.throw());
///     counter.set(next);
/// }
/// ```
pub struct OCamlReference<T> {
    _marker: PhantomData<T>,
}

impl<'gc, T> OCaml<'gc, OCamlReference<T>> {
    /// `ref value`
    #[inline]
    pub fn reference(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, T>) -> Self {
        // SAFETY: the word is live, and the handle proves the lock.
        unsafe {
            let block = small_block(0, [value.get_raw()]);
            OCaml::new(rt, block)
        }
    }

    /// `!reference`: what it holds now.
    #[inline(always)]
    pub fn get(&self) -> OCaml<'gc, T> {
        // SAFETY: a reference is a block with one field.
        unsafe { self.field(0) }
    }

    /// `reference := value`. This never collects, so the value needs no root.
    #[inline]
    pub fn set(&self, value: OCaml<'_, T>) {
        // SAFETY: the field of a live block, and a word of its type.
        unsafe { caml_modify(self.raw as *mut RawOCaml, value.raw) }
    }
}
