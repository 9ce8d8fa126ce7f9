//! The runtime handle: the proof that this thread holds its domain's lock.

use crate::checked::checked;
use crate::ffi::domain_state;
use crate::region::Region;
use crate::value::{OCaml, OCamlRef};
use core::marker::PhantomData;

/// The right to use the OCaml runtime: whoever has one holds the domain's lock.
///
/// It has no size. `&OCamlRuntime` lets one read OCaml values; `&mut OCamlRuntime` also lets one
/// allocate and call OCaml, which may collect, and so ends every unrooted [`OCaml`] value. It cannot leave the
/// thread.
pub struct OCamlRuntime {
    _not_send_or_sync: PhantomData<*mut ()>,
}

impl OCamlRuntime {
    /// Makes a handle out of nothing.
    ///
    /// # Safety
    /// This thread must hold its domain's lock for as long as the handle lives, and no other handle be in
    /// use meanwhile.
    #[inline(always)]
    pub unsafe fn recover() -> Self {
        Self { _not_send_or_sync: PhantomData }
    }

    /// Whether this thread holds its domain's lock. Two loads.
    #[inline]
    pub fn is_held() -> bool {
        !domain_state::current().is_null() && !crate::roots::domain_ended()
    }

    /// The number of the current domain: 0 for the first; numbers are not used again.
    pub fn domain_id(&self) -> usize {
        // SAFETY: the handle proves that the lock is held.
        unsafe { domain_state::unique_id(domain_state::current()) }
    }

    /// The value that a root holds now.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn get<'gc, T>(&'gc self, root: OCamlRef<'_, T>) -> OCaml<'gc, T> {
        checked! { let _operation = crate::checked::operation("OCamlRuntime::get"); }
        // SAFETY: the cell is a root of a `T`, and the borrow of the handle ends before a collection.
        unsafe { OCaml::from_raw(root.get_raw()) }
    }

    /// Runs `body` with a region: roots made through it live until it returns.
    ///
    /// See [`Region`]. Entering and leaving costs two loads and two stores.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn region<R>(&mut self, body: impl for<'r> FnOnce(&mut Region<'r>) -> R) -> R {
        Region::enter(self, body)
    }

    /// Roots of the current domain, for tests and diagnosis: how many are on the stacks of its threads,
    /// how many of these the next minor collection looks at, and how many [`BoxRoot`](crate::BoxRoot)s there are.
    pub fn root_counts(&self) -> RootCounts {
        let (stacked, young, boxed) = crate::roots::count_roots();
        RootCounts { stacked, young, boxed }
    }
}

/// How many roots a domain has. See [`OCamlRuntime::root_counts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootCounts {
    /// Roots of regions and of calls in progress.
    pub stacked: usize,
    /// Those that were pushed since the last minor collection.
    pub young: usize,
    /// Long-lived roots in the pools of the domain.
    pub boxed: usize,
}
