//! `caml/signals.h`, `caml/threads.h`: the domain's lock.

use super::mlvalues::RawOCaml;

unsafe extern "C" {
    /// Releases the domain's lock; runs no signal handler.
    pub fn caml_enter_blocking_section_no_pending();
    /// Takes the domain's lock; runs no signal handler.
    pub fn caml_leave_blocking_section();
    /// Runs what waits (signal handlers, finalisers); an exception comes back as a value.
    pub fn caml_process_pending_actions_exn() -> RawOCaml;
}
