//! Regions: roots that live as long as a closure or a call.

use crate::alloc::small_block;
use crate::conv::{DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::exception::OCamlException;
use crate::ffi::mlvalues::RawOCaml;
use crate::roots::{Frame, RootStack, regions};
use crate::runtime::OCamlRuntime;
use crate::value::{CallArguments, OCaml, OCamlCell, OCamlFn, OCamlList, OCamlRef};
use core::marker::PhantomData;

/// A region of roots, entered by [`OCamlRuntime::region`] or as the first parameter of an exported function.
///
/// Values made through it are [`OCamlRef`]s: copies of a pointer to a root, valid until the region is left, so
/// calls nest without ceremony. A root costs a store and an addition, and all of them are dropped at once.
///
/// ```no_run
/// use bactrian_runtime::{OCamlRef, Region};
/// fn triplet<'r, A, B, C>(
///     r: &Region<'r>,
///     x: OCamlRef<'r, A>,
///     y: OCamlRef<'r, B>,
///     z: OCamlRef<'r, C>,
/// ) -> OCamlRef<'r, (A, (B, C))> {
///     r.pair(x, r.pair(y, z))
/// }
/// ```
pub struct Region<'r> {
    /// The region borrows the handle, so that it is the only way to allocate while it lives.
    runtime: &'r mut OCamlRuntime,
    /// Where its roots are pushed.
    stack: &'static RootStack,
    /// Invariant: two regions never mix.
    _brand: PhantomData<fn(&'r ()) -> &'r ()>,
}

impl<'r> Region<'r> {
    #[inline(always)]
    pub(crate) fn enter<R>(
        runtime: &mut OCamlRuntime,
        body: impl for<'a> FnOnce(&mut Region<'a>) -> R,
    ) -> R {
        let frame = Frame::enter(regions());
        body(&mut Region { runtime, stack: frame.stack(), _brand: PhantomData })
    }

    /// A region over a frame that the caller has entered.
    ///
    /// # Safety
    /// The frame of `regions` must be left only after `'r`, and no outer region be used before that.
    #[inline(always)]
    pub(crate) unsafe fn over(runtime: &'r mut OCamlRuntime, stack: &'static RootStack) -> Self {
        Region { runtime, stack, _brand: PhantomData }
    }

    /// A handle for what this region allocates.
    ///
    /// # Safety
    /// It must not be lent to code that could use the region, or outlive the call.
    #[inline(always)]
    unsafe fn handle(&self) -> OCamlRuntime {
        // SAFETY: the region holds the thread's handle.
        unsafe { OCamlRuntime::recover() }
    }

    #[inline(always)]
    unsafe fn root_raw<T>(&self, raw: RawOCaml) -> OCamlRef<'r, T> {
        // SAFETY: the slot is a root until the region's frame is left, after `'r`.
        unsafe { OCamlCell::from_slot(self.stack.push(raw)) }
    }

    /// Lends the runtime, for borrow mode; the region is out of reach meanwhile.
    #[inline(always)]
    pub fn runtime(&mut self) -> &mut OCamlRuntime {
        self.runtime
    }

    /// `(a, b)`
    #[inline(always)]
    pub fn pair<A, B>(&self, a: OCamlRef<'_, A>, b: OCamlRef<'_, B>) -> OCamlRef<'r, (A, B)> {
        // SAFETY: the words are live, and the region holds the handle.
        unsafe { self.root_raw(small_block(0, [a.get_raw(), b.get_raw()])) }
    }

    /// `head :: tail`
    #[inline(always)]
    pub fn cons<T>(
        &self,
        head: OCamlRef<'_, T>,
        tail: OCamlRef<'_, OCamlList<T>>,
    ) -> OCamlRef<'r, OCamlList<T>> {
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [head.get_raw(), tail.get_raw()])) }
    }

    /// `Some value`
    #[inline(always)]
    pub fn some<T>(&self, value: OCamlRef<'_, T>) -> OCamlRef<'r, Option<T>> {
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [value.get_raw()])) }
    }

    /// `Ok value`
    #[inline(always)]
    pub fn ok<T, E>(&self, value: OCamlRef<'_, T>) -> OCamlRef<'r, Result<T, E>> {
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [value.get_raw()])) }
    }

    /// `Error error`
    #[inline(always)]
    pub fn error<T, E>(&self, error: OCamlRef<'_, E>) -> OCamlRef<'r, Result<T, E>> {
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(1, [error.get_raw()])) }
    }

    /// A Rust value, converted.
    #[inline(always)]
    pub fn root<T, V: ToOCaml<T> + ?Sized>(&self, value: &V) -> OCamlRef<'r, T> {
        // SAFETY: the contract of `ToOCaml` forbids using a region during the conversion.
        unsafe {
            let raw = value.to_ocaml(&mut self.handle()).raw;
            self.root_raw(raw)
        }
    }

    /// A Rust value from what a root holds.
    #[inline(always)]
    pub fn to_rust<T, V: FromOCaml<T>>(&self, root: OCamlRef<'_, T>) -> V {
        self.runtime.get(root).to_rust()
    }

    /// A part of a value, rooted: `r.project(pair, |p| p.fst())`.
    ///
    /// The function may only look: it gets no way to allocate, since it captures nothing.
    #[inline(always)]
    pub fn project<T, U>(
        &self,
        root: OCamlRef<'_, T>,
        part: for<'gc> fn(OCaml<'gc, T>) -> OCaml<'gc, U>,
    ) -> OCamlRef<'r, U> {
        // SAFETY: the part is live, since nothing has allocated since its whole was read.
        unsafe { self.root_raw(part(self.runtime.get(root)).raw) }
    }

    /// Calls an OCaml function; its result is rooted here. An exception is the `Err`.
    #[inline]
    pub fn call<Args: CallArguments, R: DefaultOCamlMapping>(
        &self,
        function: OCamlRef<'_, OCamlFn<Args, R>>,
        arguments: Args,
    ) -> Result<OCamlRef<'r, R::OCamlType>, OCamlException> {
        // SAFETY: no unrooted value exists in region mode, and the callee cannot reach this region.
        unsafe {
            let raw = function.call_value(&mut self.handle(), arguments)?.raw;
            Ok(self.root_raw(raw))
        }
    }

    /// A region inside this one: its roots are dropped when `body` returns, but for the one that it returns,
    /// which is carried out to this region. This region is out of reach meanwhile.
    #[inline]
    pub fn sub<T>(
        &mut self,
        body: impl for<'s> FnOnce(&mut Region<'s>) -> OCamlRef<'s, T>,
    ) -> OCamlRef<'r, T> {
        let raw = {
            let _frame = Frame::enter(self.stack);
            let mut inner =
                Region { runtime: self.runtime, stack: self.stack, _brand: PhantomData };
            // SAFETY: the word is rooted again below, before anything can collect.
            unsafe { body(&mut inner).get_raw() }
        };
        // SAFETY: as above.
        unsafe { self.root_raw(raw) }
    }
}
