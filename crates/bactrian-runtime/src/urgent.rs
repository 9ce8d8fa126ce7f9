//! Threads that take their domain's lock ahead of their turn.
//!
//! A thread that computes gives its domain's lock away every 50 milliseconds, which is long for one that was just woken by the network.
//! So that one says that it wants the lock, and interrupts its domain: whoever holds the lock lets go of it, where OCaml code may run,
//! until the other has it.

use crate::ffi::domain_state;
use crate::interrupt;
use crate::runtime::OCamlRuntime;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many threads want a lock, by the index of the domain. Two domains may share a count: one of them lets go for nothing then.
static WANTED: [AtomicUsize; 128] = [const { AtomicUsize::new(0) }; 128];

/// How often a thread lets go for others before it goes on regardless, so that a process short of processors does.
const PATIENCE: usize = 100;

/// As [`OCamlRuntime::releasing_runtime`], but afterwards the lock is taken from whoever computes with it. [`keep_turn`] goes with it.
pub fn releasing_runtime_urgently<R>(rt: &mut OCamlRuntime, body: impl FnOnce() -> R + Send) -> R {
    struct Wanted(&'static AtomicUsize);
    impl Drop for Wanted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Release);
        }
    }
    /// The state of the domain, which this thread keeps from ending.
    struct Domain(*mut domain_state::DomainState);
    // SAFETY: it is only interrupted, which any thread may do.
    unsafe impl Send for Domain {}

    interrupt::install();
    let domain = Domain(domain_state::current());
    // SAFETY: the handle proves that the lock is held.
    let wanted = unsafe { of(domain.0) };
    let (result, _wanted) = rt.releasing_runtime(move || {
        let Domain(state) = { domain };
        let result = body();
        wanted.fetch_add(1, Ordering::AcqRel);
        let guard = Wanted(wanted);
        // SAFETY: a domain lives as long as its threads do, and this is one.
        unsafe { domain_state::request_interrupt_of(state) };
        (result, guard)
    });
    result
}

/// To be called after [`releasing_runtime_urgently`], where OCaml code may run.
///
/// Whoever had the lock may have let go of it for another reason, and the interrupt be left for us: the threads library would give the
/// lock back then, for as long as that one computes.
pub fn keep_turn(rt: &mut OCamlRuntime) {
    interrupt::take_keeping_turn(rt);
}

/// Lets threads that want it have the lock. Called where OCaml code may run.
pub(crate) fn let_go(rt: &mut OCamlRuntime) {
    // SAFETY: the handle proves that the lock is held.
    let wanted = unsafe { of(domain_state::current()) };
    for _ in 0..PATIENCE {
        if wanted.load(Ordering::Acquire) == 0 {
            return;
        }
        rt.releasing_runtime(thread::yield_now);
    }
}

/// # Safety
/// `state` must be the current domain's.
unsafe fn of(state: *mut domain_state::DomainState) -> &'static AtomicUsize {
    // SAFETY: passed on.
    &WANTED[unsafe { domain_state::id(state) } % WANTED.len()]
}
