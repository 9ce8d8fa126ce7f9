//! `caml/signals.h`, `caml/threads.h`: the domain's lock.

use super::mlvalues::RawOCaml;
use core::ffi::{c_int, c_void};
use core::sync::atomic::AtomicPtr;

unsafe extern "C" {
    /// Releases the domain's lock; runs no signal handler.
    pub fn caml_enter_blocking_section_no_pending();
    /// Takes the domain's lock; runs no signal handler.
    pub fn caml_leave_blocking_section();
    /// Runs what waits (signal handlers, finalisers); an exception comes back as a value.
    pub fn caml_process_pending_actions_exn() -> RawOCaml;

    /// Called where OCaml code may run, on a domain that was interrupted: a plain `void (*)(void)`, which the threads library
    /// replaces when it starts.
    pub static caml_domain_external_interrupt_hook: AtomicPtr<c_void>;
    /// Whether this thread takes part in collections for a domain whose own threads have released the lock.
    pub fn caml_bt_is_self() -> c_int;
}
