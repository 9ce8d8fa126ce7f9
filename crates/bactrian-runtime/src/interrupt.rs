//! The runtime's hook for interrupts: a domain calls it where OCaml code may run, after it was asked to.
//!
//! The threads library has its tick there, by which the threads of a domain take turns. We let urgent threads go first, drop what OCaml has
//! let go of, and run what other domains have sent.

use crate::ffi::domain_state;
use crate::ffi::signals::{caml_bt_is_self, caml_domain_external_interrupt_hook};
use crate::runtime::OCamlRuntime;
use core::cell::Cell;
use core::ffi::c_void;
use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

/// The hook that was there before ours.
static PREVIOUS: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Puts our hook there. The domain's lock must be held.
///
/// Called whenever it will be needed: the threads library puts its own hook there when it starts, whatever there was.
#[inline]
pub(crate) fn install() {
    // SAFETY: a variable of the runtime's, of pointer size.
    let hook = unsafe { &caml_domain_external_interrupt_hook };
    let ours = on_interrupt as *mut c_void;
    let found = hook.load(Ordering::Acquire);
    // Two domains may do this at once: the second would find our own hook to be the previous one.
    if found != ours
        && hook.compare_exchange(found, ours, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    {
        PREVIOUS.store(found, Ordering::Release);
    }
}

unsafe extern "C" fn on_interrupt() {
    thread_local! {
        static CHAINING: Cell<bool> = const { Cell::new(false) };
    }
    // A hook that was put over ours and calls it, before ours was put over that one.
    if CHAINING.get() {
        return;
    }
    // SAFETY: the previous hook has the type that the variable had; the function has no precondition; the runtime calls this with
    // the lock held, unless the thread is one that only serves collections.
    unsafe {
        let previous = PREVIOUS.load(Ordering::Acquire);
        if !previous.is_null() {
            CHAINING.set(true);
            transmute::<*mut c_void, unsafe extern "C" fn()>(previous)();
            CHAINING.set(false);
        }
        if caml_bt_is_self() != 0 {
            return;
        }
        // Before the work is looked for: who brings some afterwards interrupts again.
        domain_state::interrupt_taken(domain_state::current());
        let rt = &mut OCamlRuntime::recover();
        crate::urgent::let_go(rt);
        work(rt);
    }
}

/// What interrupts are asked for, but for turns of threads. Where OCaml code may run.
fn work(rt: &mut OCamlRuntime) {
    rt.drop_unreachable();
    // SAFETY: the handle proves that the lock is held, and is borrowed mutably, so nobody has an unrooted value.
    unsafe { crate::domain::run_jobs() };
}

/// Takes an interrupt, if there is one, without giving this thread's turn away. Where OCaml code may run.
pub(crate) fn take_keeping_turn(rt: &mut OCamlRuntime) {
    // SAFETY: the handle proves that the lock is held.
    unsafe { domain_state::interrupt_taken(domain_state::current()) };
    work(rt);
}
