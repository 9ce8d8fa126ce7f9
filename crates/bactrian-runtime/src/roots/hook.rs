//! How the collector finds the roots.

use super::domain::DomainRoots;
use super::thread;
use crate::ffi::domain_state::{self, DomainState};
use crate::ffi::mlvalues::RawOCaml;
use crate::ffi::roots::{
    SCANNING_ONLY_YOUNG_VALUES, ScanRootsHook, ScanningAction, caml_domain_terminated_hook,
    caml_scan_roots_hook,
};
use core::ffi::{c_int, c_void};
use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::sync::Once;

/// The hooks that were there before ours, to be called too.
static PREVIOUS_SCAN: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static PREVIOUS_TERMINATED: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Installs the hooks, once in a process; the domain's lock must be held, so that no collection is
/// half-way.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the statics are the runtime's own atomics.
        unsafe {
            let scan = caml_scan_roots_hook.swap(scan as *mut c_void, Ordering::AcqRel);
            PREVIOUS_SCAN.store(scan, Ordering::Release);
            let ended =
                caml_domain_terminated_hook.swap(terminated as *mut c_void, Ordering::AcqRel);
            PREVIOUS_TERMINATED.store(ended, Ordering::Release);
        }
    });
}

unsafe extern "C" fn scan(
    action: ScanningAction,
    flags: c_int,
    data: *mut c_void,
    domain: *mut DomainState,
) {
    let previous = PREVIOUS_SCAN.load(Ordering::Acquire);
    if !previous.is_null() {
        // SAFETY: it came out of the hook's own variable.
        unsafe { transmute::<*mut c_void, ScanRootsHook>(previous)(action, flags, data, domain) };
    }
    if let Some(roots) = DomainRoots::of(domain) {
        let only_young = flags & SCANNING_ONLY_YOUNG_VALUES != 0;
        // SAFETY: the collector calls this on each domain with the world stopped.
        unsafe { roots.scan(action, data, only_young) };
    }
}

unsafe extern "C" fn terminated() {
    let previous = PREVIOUS_TERMINATED.load(Ordering::Acquire);
    if !previous.is_null() {
        // SAFETY: it came out of the hook's own variable.
        unsafe { transmute::<*mut c_void, unsafe extern "C" fn()>(previous)() };
    }
    let state = domain_state::current();
    if !state.is_null() {
        if let Some(roots) = DomainRoots::of(state) {
            roots.orphan_pools();
        }
        // SAFETY: the state is that of the domain which ends.
        crate::domain::ends(unsafe { domain_state::unique_id(state) });
        // The runtime leaves `caml_state` as it is on this thread, whose thread-local destructors are still to run:
        // they hold no lock.
        thread::end_domain();
        // SAFETY: the state is still that of the domain which ends.
        if unsafe { domain_state::unique_id(state) } == 0 {
            // Domain 0 ends last, by `caml_shutdown`, which frees the runtime.
            crate::startup::note_freed();
        }
    }
}

/// Shows one word to the collector.
///
/// # Safety
/// The world must be stopped; `slot` holds a live word.
#[inline]
pub(super) unsafe fn show(action: ScanningAction, data: *mut c_void, slot: *mut RawOCaml) {
    // SAFETY: passed on.
    unsafe {
        let v = *slot;
        if v & 1 == 0 {
            action(data, v, slot);
        }
    }
}
