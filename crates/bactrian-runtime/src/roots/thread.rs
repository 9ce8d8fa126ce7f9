//! The stacks of each system thread.

use super::c::CThread;
use super::current;
use super::domain::DomainRoots;
use super::stack::RootStack;
use crate::checked::checked;
use crate::ffi::mlvalues::RawOCaml;
use crate::ffi::roots::ScanningAction;
use core::cell::Cell;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, Ordering};

/// What one thread owns. Allocated at its first push, freed by its domain after the thread ended.
pub(crate) struct ThreadRoots {
    /// Roots of region mode: they live as long as their region.
    regions: RootStack,
    /// Arguments of calls and words of conversions in progress.
    scratch: RootStack,
    /// Roots of C, and the region that is current in C.
    c: CThread,
    /// Set when the thread has ended, which it may do without the lock.
    ended: AtomicBool,
}

thread_local! {
    /// Tells the domain that the thread has ended.
    static AT_EXIT: Cell<Option<AtExit>> = const { Cell::new(None) };
}

struct AtExit(*const ThreadRoots);

impl Drop for AtExit {
    fn drop(&mut self) {
        // A destructor that comes after this one may take the lock again: it gets stacks of its own.
        if current::get() == self.0 {
            forget();
        }
        // SAFETY: the domain frees the roots only after it has seen the flag.
        unsafe { (*self.0).ended.store(true, Ordering::Release) }
    }
}

/// The stacks of this thread, which must hold its domain's lock.
#[inline(always)]
fn stacks() -> &'static ThreadRoots {
    let roots = current::get();
    if roots.is_null() {
        return attach();
    }
    // SAFETY: not freed before the thread has ended.
    unsafe { &*roots }
}

/// Called with the lock held, so it does not fail; `extern "C"`, so that callers need no clean-up for it.
#[cold]
#[inline(never)]
extern "C" fn attach() -> &'static ThreadRoots {
    let roots = Box::into_raw(Box::new(ThreadRoots {
        regions: RootStack::new(),
        scratch: RootStack::new(),
        c: CThread::new(),
        ended: AtomicBool::new(false),
    }));
    DomainRoots::current().add_thread(roots);
    current::set(roots);
    // In a destructor that runs later than ours nobody is told: the stacks, empty by then, are kept.
    let _ = AT_EXIT.try_with(|place| place.set(Some(AtExit(roots))));
    // SAFETY: as in `stacks`.
    unsafe { &*roots }
}

/// Notes that the domain of this thread has ended: the thread holds no lock any more, whatever `caml_state` says.
pub(crate) fn end_domain() {
    forget();
    current::set_domain_ended();
}

/// Whether this thread was a domain's own, and that domain has ended.
#[inline(always)]
pub(crate) fn domain_ended() -> bool {
    current::domain_ended()
}

/// Forgets the stacks of this thread, which are empty: it comes to another domain, whose collector does not know them,
/// or they will be freed.
pub(crate) fn forget() {
    if let Some(roots) = existing() {
        roots.c.forget_copies();
    }
    current::set(core::ptr::null());
    current::set_domain(core::ptr::null());
}

/// The stacks of this thread, if it has any.
#[inline(always)]
pub(crate) fn existing() -> Option<&'static ThreadRoots> {
    // SAFETY: as in `stacks`.
    unsafe { current::get().as_ref() }
}

/// The stack of region mode.
#[inline(always)]
pub(crate) fn regions() -> &'static RootStack {
    &stacks().regions
}

/// The stack of arguments and conversions.
#[inline(always)]
pub(crate) fn scratch() -> &'static RootStack {
    &stacks().scratch
}

/// What C finds of this thread, which must hold its domain's lock or have had roots before.
#[inline]
pub(crate) fn c_thread() -> &'static CThread {
    &stacks().c
}

impl ThreadRoots {
    /// The stack of regions, or that of arguments and conversions.
    #[inline(always)]
    pub(crate) fn stack(&self, region: bool) -> &RootStack {
        if region { &self.regions } else { &self.scratch }
    }

    /// Shows the roots to the collector.
    ///
    /// # Safety
    /// The world must be stopped, and `action` and `data` be the collector's.
    pub(super) unsafe fn scan(&self, action: ScanningAction, data: *mut c_void, only_young: bool) {
        // SAFETY: passed on.
        unsafe {
            self.regions.scan(action, data, only_young);
            self.scratch.scan(action, data, only_young);
            self.c.stack.scan(action, data, only_young);
        }
    }

    /// Whether the slot is a live root of this thread.
    pub(super) fn holds(&self, slot: *const RawOCaml) -> bool {
        self.regions.holds(slot) || self.scratch.holds(slot) || self.c.stack.holds(slot)
    }

    /// How many roots there are, and how many of them a minor collection would look at.
    pub(super) fn count(&self) -> (usize, usize) {
        let (regions, scratch) = (self.regions.count(), self.scratch.count());
        let c = self.c.stack.count();
        checked! {
            let dead = |stack, (live, young)| (live - crate::checked::dead_slots(stack), young);
            let (regions, scratch) = (dead(&self.regions, regions), dead(&self.scratch, scratch));
        }
        (regions.0 + scratch.0 + c, regions.1 + scratch.1 + c)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}
