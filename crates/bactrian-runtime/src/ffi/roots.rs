//! `caml/roots.h`, and the hooks of `caml/domain.h`.

use super::domain_state::DomainState;
use super::mlvalues::RawOCaml;
use core::ffi::{c_int, c_void};
use core::sync::atomic::AtomicPtr;

/// What the collector does with a root.
pub type ScanningAction = unsafe extern "C" fn(*mut c_void, RawOCaml, *mut RawOCaml);

/// The collection is a minor one: the action does nothing outside the minor heaps.
pub const SCANNING_ONLY_YOUNG_VALUES: c_int = 1;

/// What the collector calls on each domain, with the world stopped.
pub type ScanRootsHook = unsafe extern "C" fn(ScanningAction, c_int, *mut c_void, *mut DomainState);

unsafe extern "C" {
    /// An atomic `scan_roots_hook`, null at first.
    pub static caml_scan_roots_hook: AtomicPtr<c_void>;
    /// An atomic `void (*)(void)`, called on a domain that ends, with its lock held.
    pub static caml_domain_terminated_hook: AtomicPtr<c_void>;
}
