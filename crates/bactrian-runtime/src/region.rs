//! Regions: roots that live as long as a closure or a call.

use crate::alloc::small_block;
use crate::conv::{DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::exception::OCamlException;
use crate::ffi::mlvalues::{RawOCaml, UNIT};
use crate::roots::{Frame, RootStack, regions, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{CallArguments, OCaml, OCamlArray, OCamlCell, OCamlFn, OCamlList, OCamlRef};
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

    /// `()`
    #[inline(always)]
    pub fn unit(&self) -> OCamlRef<'r, ()> {
        // SAFETY: an immediate.
        unsafe { self.root_raw(UNIT) }
    }

    /// `None`
    #[inline(always)]
    pub fn none<T>(&self) -> OCamlRef<'r, Option<T>> {
        // SAFETY: an immediate.
        unsafe { self.root_raw(UNIT) }
    }

    /// `[]`
    #[inline(always)]
    pub fn nil<T>(&self) -> OCamlRef<'r, OCamlList<T>> {
        // SAFETY: an immediate.
        unsafe { self.root_raw(UNIT) }
    }

    /// `(a, b, c)`
    #[inline(always)]
    pub fn triple<A, B, C>(
        &self,
        a: OCamlRef<'_, A>,
        b: OCamlRef<'_, B>,
        c: OCamlRef<'_, C>,
    ) -> OCamlRef<'r, (A, B, C)> {
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [a.get_raw(), b.get_raw(), c.get_raw()])) }
    }

    /// `(a, b, c, d)`
    #[inline(always)]
    pub fn quadruple<A, B, C, D>(
        &self,
        a: OCamlRef<'_, A>,
        b: OCamlRef<'_, B>,
        c: OCamlRef<'_, C>,
        d: OCamlRef<'_, D>,
    ) -> OCamlRef<'r, (A, B, C, D)> {
        // SAFETY: as for `pair`.
        unsafe {
            self.root_raw(small_block(0, [a.get_raw(), b.get_raw(), c.get_raw(), d.get_raw()]))
        }
    }

    /// The list of these elements, in their order.
    pub fn list<T>(&self, items: &[OCamlRef<'_, T>]) -> OCamlRef<'r, OCamlList<T>> {
        let frame = Frame::enter(scratch());
        let mut list = UNIT;
        for item in items.iter().rev() {
            let tail = frame.push(list);
            // SAFETY: both words are roots, and the block is made of what they hold now.
            list = unsafe { small_block(0, [item.get_raw(), *tail.as_ptr()]) };
            frame.clear();
        }
        drop(frame);
        // SAFETY: just made; nothing has collected since.
        unsafe { self.root_raw(list) }
    }

    /// The same value as a root of this region: for an argument, a [`BoxRoot`](crate::BoxRoot), or an outer region's.
    #[inline(always)]
    pub fn keep<T>(&self, root: OCamlRef<'_, T>) -> OCamlRef<'r, T> {
        // SAFETY: the word is live.
        unsafe { self.root_raw(root.get_raw()) }
    }

    /// The value that a root holds, to look at: its accessors borrow the OCaml heap without a copy.
    ///
    /// The look ends before the region allocates, since the function cannot reach it.
    #[inline(always)]
    pub fn look<T, R: 'static>(
        &self,
        root: OCamlRef<'_, T>,
        look: impl for<'gc> FnOnce(OCaml<'gc, T>) -> R + Send,
    ) -> R {
        look(self.runtime.get(root))
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

    /// The first component.
    #[inline(always)]
    pub fn fst<A, B>(&self, pair: OCamlRef<'_, (A, B)>) -> OCamlRef<'r, A> {
        self.project(pair, |pair| pair.fst())
    }

    /// The second component.
    #[inline(always)]
    pub fn snd<A, B>(&self, pair: OCamlRef<'_, (A, B)>) -> OCamlRef<'r, B> {
        self.project(pair, |pair| pair.snd())
    }

    /// The value of `Some`, rooted.
    #[inline(always)]
    pub fn option<T>(&self, root: OCamlRef<'_, Option<T>>) -> Option<OCamlRef<'r, T>> {
        let inner = self.runtime.get(root).to_option()?;
        // SAFETY: a part of a live value; nothing has allocated since it was read.
        Some(unsafe { self.root_raw(inner.raw) })
    }

    /// The value of `Ok` or `Error`, rooted.
    #[inline(always)]
    pub fn result<T, E>(
        &self,
        root: OCamlRef<'_, Result<T, E>>,
    ) -> Result<OCamlRef<'r, T>, OCamlRef<'r, E>> {
        // SAFETY: as for `option`.
        unsafe {
            match self.runtime.get(root).to_result() {
                Ok(value) => Ok(self.root_raw(value.raw)),
                Err(error) => Err(self.root_raw(error.raw)),
            }
        }
    }

    /// The head and the tail of a list, rooted; `None` for `[]`.
    #[inline(always)]
    #[allow(clippy::type_complexity)]
    pub fn uncons<T>(
        &self,
        list: OCamlRef<'_, OCamlList<T>>,
    ) -> Option<(OCamlRef<'r, T>, OCamlRef<'r, OCamlList<T>>)> {
        let (head, tail) = self.runtime.get(list).uncons()?;
        // SAFETY: as for `option`; making roots does not collect.
        Some(unsafe { (self.root_raw(head.raw), self.root_raw(tail.raw)) })
    }

    /// An element of an array, rooted; `None` beyond the end, or when the array is a flat one of floats.
    #[inline(always)]
    pub fn element<T>(
        &self,
        array: OCamlRef<'_, OCamlArray<T>>,
        index: usize,
    ) -> Option<OCamlRef<'r, T>> {
        let element = self.runtime.get(array).get(index)?;
        // SAFETY: as for `option`.
        Some(unsafe { self.root_raw(element.raw) })
    }

    /// A field of a block, rooted.
    ///
    /// # Safety
    /// The value must be a block of values with more than `index` fields, and that field of type `F`.
    #[inline(always)]
    pub unsafe fn field<T, F>(&self, root: OCamlRef<'_, T>, index: usize) -> OCamlRef<'r, F> {
        // SAFETY: passed on.
        unsafe { self.root_raw(self.runtime.get(root).field::<F>(index).raw) }
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

    /// A region inside this one out of which nothing is carried: its roots are dropped when `body` returns.
    #[inline]
    pub fn scope<R>(&mut self, body: impl for<'s> FnOnce(&mut Region<'s>) -> R) -> R {
        Region::enter(self.runtime, body)
    }
}

// SAFETY: the value that the root holds.
unsafe impl<T> ToOCaml<T> for OCamlRef<'_, T> {
    const ALLOCATES: bool = false;

    #[inline(always)]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, T> {
        rt.get(self)
    }
}

impl<T> DefaultOCamlMapping for OCamlRef<'_, T> {
    type OCamlType = T;
    type VecType = OCamlList<T>;
}
