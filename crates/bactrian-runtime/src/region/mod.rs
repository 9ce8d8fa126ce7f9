//! Regions: roots that live as long as a closure or a call.
//!
//! Here are the region itself, what it lends, and regions inside it; `make.rs` has what it makes, `parts.rs` what it reads and writes.

mod make;
mod parts;
mod tuple;

pub use tuple::{Component, RootTuple};

use crate::checked::checked;
use crate::conv::{DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::exception::OCamlException;
use crate::ffi::mlvalues::RawOCaml;
use crate::roots::{RootFrame, RootStack, regions};
use crate::runtime::OCamlRuntime;
use crate::value::{CallArguments, OCaml, OCamlCell, OCamlFn, OCamlList, OCamlRef};
use core::convert::Infallible;
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
    /// The number of its frame.
    #[cfg(feature = "checked")]
    id: u64,
    /// Invariant: two regions never mix.
    _brand: PhantomData<fn(&'r ()) -> &'r ()>,
}

/// The handle that a body gets: in checked mode, in memory of its own.
#[cfg(not(feature = "checked"))]
macro_rules! handle {
    ($region:ident) => {{ $region }};
}
#[cfg(feature = "checked")]
macro_rules! handle {
    ($region:ident) => {
        *crate::checked::Handle::new($region)
    };
}

impl<'r> Region<'r> {
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub(crate) fn enter<R>(
        runtime: &mut OCamlRuntime,
        body: impl for<'a> FnOnce(&mut Region<'a>) -> R,
    ) -> R {
        checked! { let open = crate::checked::enters(crate::checked::Kind::Region); }
        let frame = RootFrame::enter(regions());
        let stack = frame.stack();
        let region = Region {
            runtime,
            stack,
            #[cfg(feature = "checked")]
            id: open.id(),
            _brand: PhantomData,
        };
        body(&mut handle!(region))
    }

    /// A region over a frame that the caller has entered.
    ///
    /// # Safety
    /// The frame of `regions` must be left only after `'r`, and no outer region be used before that.
    #[inline(always)]
    pub(crate) unsafe fn over(runtime: &'r mut OCamlRuntime, stack: &'static RootStack) -> Self {
        Region {
            runtime,
            stack,
            #[cfg(feature = "checked")]
            id: crate::checked::innermost_id(),
            _brand: PhantomData,
        }
    }

    /// Begins an operation on the region.
    #[cfg(feature = "checked")]
    #[track_caller]
    fn used(&self, function: &'static str) -> crate::checked::Operation {
        crate::checked::in_region(self.id, function)
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

    /// Roots a word.
    ///
    /// # Safety
    /// It must be a live `T`.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    unsafe fn root_raw<T>(&self, raw: RawOCaml) -> OCamlRef<'r, T> {
        let slot = self.stack.push(raw);
        checked! { crate::checked::made(slot, raw); }
        // SAFETY: the slot is a root until the region's frame is left, after `'r`.
        unsafe { OCamlCell::from_slot(slot) }
    }

    /// Lends the runtime, for borrow mode; the region is out of reach meanwhile.
    ///
    /// ```no_run
    /// use bactrian_runtime::{BoxRoot, Region, ToOCaml};
    /// fn kept(r: &mut Region<'_>, text: &str) -> BoxRoot<String> {
    ///     text.to_boxroot(r.runtime())
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn runtime(&mut self) -> &mut OCamlRuntime {
        checked! { let _operation = self.used("Region::runtime"); }
        self.runtime
    }

    /// The same value as a root of this region: for an argument, a [`BoxRoot`](crate::BoxRoot), or an outer region's.
    ///
    /// ```no_run
    /// use bactrian_runtime::{BoxRoot, OCamlRef, Region};
    /// fn both<'r>(r: &Region<'r>, a: &BoxRoot<String>) -> OCamlRef<'r, (String, String)> {
    ///     let a = r.keep(a);
    ///     r.pair(a, a)
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn keep<T>(&self, root: OCamlRef<'_, T>) -> OCamlRef<'r, T> {
        checked! { let _operation = self.used("Region::keep"); }
        // SAFETY: the word is live.
        unsafe { self.root_raw(root.get_raw()) }
    }

    /// The value that a root holds, to look at: its accessors borrow the OCaml heap without a copy.
    ///
    /// The look ends before the region allocates, since the function cannot reach it.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlRef, Region};
    /// fn starts_with(r: &Region<'_>, text: OCamlRef<'_, String>, first: u8) -> bool {
    ///     r.look(text, |text| text.as_bytes().first() == Some(&first))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn look<T, R: 'static>(
        &self,
        root: OCamlRef<'_, T>,
        look: impl for<'gc> FnOnce(OCaml<'gc, T>) -> R + Send,
    ) -> R {
        checked! { let _operation = self.used("Region::look"); }
        let value = self.runtime.get(root);
        checked! { let _look = crate::checked::looks("Region::look"); }
        look(value)
    }

    /// A Rust value, converted.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn words<'r>(r: &Region<'r>, text: &str) -> OCamlRef<'r, OCamlList<String>> {
    ///     r.root(&text.split(' ').collect::<Vec<_>>())
    /// }
    /// ```
    ///
    /// # Panics
    /// When the value has no counterpart in OCaml; see [`ToOCaml::to_ocaml`].
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn root<T, V: ToOCaml<T> + ?Sized>(&self, value: &V) -> OCamlRef<'r, T> {
        checked! { let _operation = self.used("Region::root"); }
        // SAFETY: the contract of `ToOCaml` forbids using a region during the conversion.
        unsafe {
            let raw = value.to_ocaml(&mut self.handle()).raw;
            self.root_raw(raw)
        }
    }

    /// A Rust value from what a root holds.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlInt, OCamlList, OCamlRef, Region};
    /// fn sum(r: &Region<'_>, list: OCamlRef<'_, OCamlList<OCamlInt>>) -> i64 {
    ///     r.to_rust::<_, Vec<i64>>(list).iter().sum()
    /// }
    /// ```
    ///
    /// # Panics
    /// When the value has no counterpart in Rust; see [`FromOCaml::from_ocaml`].
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn to_rust<T, V: FromOCaml<T>>(&self, root: OCamlRef<'_, T>) -> V {
        checked! { let _operation = self.used("Region::to_rust"); }
        self.runtime.get(root).to_rust()
    }

    /// A part of a value, rooted: `r.project(pair, |p| p.fst())`.
    ///
    /// The function may only look: it gets no way to allocate, since it captures nothing.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn project<T, U>(
        &self,
        root: OCamlRef<'_, T>,
        part: for<'gc> fn(OCaml<'gc, T>) -> OCaml<'gc, U>,
    ) -> OCamlRef<'r, U> {
        checked! { let _operation = self.used("Region::project"); }
        let value = self.runtime.get(root);
        let raw = {
            checked! { let _look = crate::checked::looks("Region::project"); }
            part(value).raw
        };
        // SAFETY: the part is live, since nothing has allocated since its whole was read.
        unsafe { self.root_raw(raw) }
    }

    /// Calls an OCaml function; its result is rooted here. An exception is the `Err`.
    ///
    /// Arguments are Rust values, which are converted, or roots.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlException, OCamlFn, OCamlRef, Region};
    /// fn twice<'r>(
    ///     r: &Region<'r>,
    ///     f: &OCamlFn<(OCamlRef<'r, String>, i64), String>,
    ///     text: OCamlRef<'r, String>,
    /// ) -> Result<OCamlRef<'r, String>, OCamlException> {
    ///     let once = r.call(f, (text, 1))?;
    ///     r.call(f, (once, 2))
    /// }
    /// ```
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn call<Args: CallArguments, R: DefaultOCamlMapping>(
        &self,
        function: OCamlRef<'_, OCamlFn<Args, R>>,
        arguments: Args,
    ) -> Result<OCamlRef<'r, R::OCamlType>, OCamlException> {
        checked! { let _operation = self.used("Region::call"); }
        // SAFETY: no unrooted value exists in region mode, and the callee cannot reach this region.
        unsafe {
            let raw = function.call_value(&mut self.handle(), arguments)?.raw;
            Ok(self.root_raw(raw))
        }
    }

    /// A region inside this one: its roots are dropped when `body` returns, but for the one that it returns,
    /// which is carried out to this region. This region is out of reach meanwhile.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlArray, OCamlInt, OCamlRef, Region};
    /// /// The array's elements twice each, in constant root memory.
    /// fn doubled(r: &mut Region<'_>, array: OCamlRef<'_, OCamlArray<OCamlInt>>) {
    ///     for index in 0..r.array_len(array) {
    ///         let double = r.sub(|s| {
    ///             let old: i64 = s.element(array, index).map_or(0, |old| s.to_rust(old));
    ///             s.int(2 * old)
    ///         });
    ///         r.scope(|s| s.set_element(array, index, double)).expect("the index is below the length");
    ///     }
    /// }
    /// ```
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn sub<T>(
        &mut self,
        body: impl for<'s> FnOnce(&mut Region<'s>) -> OCamlRef<'s, T>,
    ) -> OCamlRef<'r, T> {
        checked! { let _operation = self.used("Region::sub"); }
        let Ok(root) = self.carry(|region| Ok::<_, Infallible>(body(region)));
        root
    }

    /// As [`sub`](Self::sub), for a body that may fail: then nothing is carried out but the error.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlException, OCamlFn, OCamlRef, Region};
    /// fn last<'r>(
    ///     r: &mut Region<'r>,
    ///     f: &OCamlFn<(i64,), String>,
    ///     count: i64,
    /// ) -> Result<OCamlRef<'r, String>, OCamlException> {
    ///     r.try_sub(|s| {
    ///         let mut last = s.string("");
    ///         for i in 0..count {
    ///             last = s.call(f, (i,))?;
    ///         }
    ///         Ok(last)
    ///     })
    /// }
    /// ```
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn try_sub<T, E>(
        &mut self,
        body: impl for<'s> FnOnce(&mut Region<'s>) -> Result<OCamlRef<'s, T>, E>,
    ) -> Result<OCamlRef<'r, T>, E> {
        checked! { let _operation = self.used("Region::try_sub"); }
        self.carry(body)
    }

    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    fn carry<T, E>(
        &mut self,
        body: impl for<'s> FnOnce(&mut Region<'s>) -> Result<OCamlRef<'s, T>, E>,
    ) -> Result<OCamlRef<'r, T>, E> {
        checked! { let site = crate::checked::current("Region::sub"); }
        let raw = {
            checked! { let open = crate::checked::enters(crate::checked::Kind::Subregion); }
            let _frame = RootFrame::enter(self.stack);
            let inner = Region {
                runtime: self.runtime,
                stack: self.stack,
                #[cfg(feature = "checked")]
                id: open.id(),
                _brand: PhantomData,
            };
            let root = body(&mut handle!(inner))?;
            checked! { let _operation = crate::checked::resume(site); }
            // SAFETY: the word is rooted again below, before anything can collect.
            unsafe { root.get_raw() }
        };
        // SAFETY: as above.
        Ok(unsafe { self.root_raw(raw) })
    }

    /// A region inside this one out of which no root is carried: its roots are dropped when `body` returns.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlArray, OCamlRef, Region};
    /// fn total(r: &mut Region<'_>, array: OCamlRef<'_, OCamlArray<String>>) -> usize {
    ///     let length = r.array_len(array);
    ///     (0..length)
    ///         .map(|index| r.scope(|s| s.element(array, index).map_or(0, |text| s.string_len(text))))
    ///         .sum()
    /// }
    /// ```
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn scope<R>(&mut self, body: impl for<'s> FnOnce(&mut Region<'s>) -> R) -> R {
        checked! { let _operation = self.used("Region::scope"); }
        checked! { let open = crate::checked::enters(crate::checked::Kind::Subregion); }
        let _frame = RootFrame::enter(self.stack);
        let region = Region {
            runtime: self.runtime,
            stack: self.stack,
            #[cfg(feature = "checked")]
            id: open.id(),
            _brand: PhantomData,
        };
        body(&mut handle!(region))
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
