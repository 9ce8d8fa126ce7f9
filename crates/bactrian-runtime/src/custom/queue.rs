//! Values that OCaml has let go of, on their way to be dropped.
//!
//! The collector finds a value dead at a moment when no code of the user's may run: its destructor may want a lock that
//! the code holds which allocates, or OCaml, or panic. So the finaliser pushes the box on a list, and asks the runtime to
//! call us ([`crate::interrupt`]) as soon as OCaml code may run: where signal handlers and OCaml's own finalisers do. There the domain's lock is
//! released, and the values are dropped.

use super::handle::finish;
use super::header::{BoxPtr, Header, Left};
use super::report;
use crate::ffi::domain_state::{self, DomainState};
use crate::runtime::OCamlRuntime;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicPtr, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The boxes that wait, linked by their headers, the latest first. They are taken all at once, so no box comes back
/// while another thread looks at it.
static QUEUE: AtomicPtr<Header> = AtomicPtr::new(null_mut());

/// The state of the first domain, which lives as long as the program does.
static FIRST: AtomicPtr<DomainState> = AtomicPtr::new(null_mut());

impl OCamlRuntime {
    /// Drops the owned values and closures that the collector has found unreachable, and says how many.
    ///
    /// There is rarely a need to call it. Such values are dropped by themselves where OCaml code may run: in OCaml code after
    /// the collection, when an exported function returns, when Rust calls OCaml, and when the program exits. They never are in the middle of a Rust
    /// function, which may hold locks. This is the place to say so, in one that runs for long without calling OCaml.
    ///
    /// Values are dropped without the domain's lock, which their `Drop` may take by
    /// [`with_domain_lock`](Self::with_domain_lock), on the thread that happens to come by. A panic of a `Drop` is reported on the standard error.
    pub fn drop_unreachable(&mut self) -> usize {
        if is_empty() {
            return 0;
        }
        self.releasing_runtime(drain)
    }
}

/// Whether nothing waits. One load.
#[inline(always)]
pub(crate) fn is_empty() -> bool {
    QUEUE.load(Ordering::Relaxed).is_null()
}

/// Drops what waits. The domain's lock must not be held.
pub(super) fn drain() -> usize {
    let mut boxed = QUEUE.swap(null_mut(), Ordering::Acquire);
    let mut count = 0;
    while let Some(header) = NonNull::new(boxed) {
        // SAFETY: what is on the list is live, and has nobody else; its link is read before it is freed.
        unsafe {
            boxed = header.as_ref().next().load(Ordering::Relaxed);
            drop_now(header, Left::Last { alive: true });
        }
        count += 1;
    }
    count
}

/// # Safety
/// As for [`finish`].
unsafe fn drop_now(boxed: BoxPtr, left: Left) {
    // SAFETY: passed on. The name is asked for first.
    unsafe {
        let name = boxed.as_ref().kind().name;
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| finish(boxed, left))) {
            report::panicked(&format!("dropping a Rust value `{}`", name()), payload);
        }
    }
}

/// Lets go of a box whose last reference was just given back, in the middle of a collection or wherever the user's
/// destructors must not run.
///
/// # Safety
/// As for [`finish`].
pub(super) unsafe fn drop_later(boxed: BoxPtr, left: Left) {
    let Left::Last { alive } = left else { return };
    // SAFETY: passed on. Without a destructor to run only memory is freed.
    unsafe {
        if !alive || boxed.as_ref().kind().drop_value.is_none() {
            return finish(boxed, left);
        }
        let state = domain_state::current();
        if state.is_null() || crate::startup::is_freed() {
            // No OCaml thread, or one that has released its lock, or no OCaml any more: a place like any other for a
            // destructor.
            return drop_now(boxed, left);
        }
        push(boxed);
        if !crate::roots::domain_ended() {
            return domain_state::request_interrupt(state);
        }
        // A domain that has ended runs nothing any more: the first one does it.
        let first = FIRST.load(Ordering::Acquire);
        if !first.is_null() {
            domain_state::request_interrupt_of(first);
        }
    }
}

/// # Safety
/// The box must be live, and the reference to it that is left be the list's.
unsafe fn push(boxed: BoxPtr) {
    let mut head = QUEUE.load(Ordering::Relaxed);
    loop {
        // SAFETY: the box is ours until it is on the list.
        unsafe { boxed.as_ref() }.next().store(head, Ordering::Relaxed);
        match QUEUE.compare_exchange_weak(
            head,
            boxed.as_ptr(),
            Ordering::Release,
            Ordering::Relaxed,
        ) {
            Ok(_) => return,
            Err(now) => head = now,
        }
    }
}

/// Notes the first domain, and makes the runtime call us. Called there, when the OCaml library starts.
pub(super) fn start() {
    FIRST.store(domain_state::current(), Ordering::Release);
    crate::interrupt::install();
}
