//! After `fork`: the child has this process's memory and shares its descriptors, but has none of its threads.
//!
//! What was started before can serve the parent alone. A child that touched the shared descriptors would take the parent's
//! wake-ups, so it touches none: it is refused.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Once;

/// This process is the child of one in which [`started`] was called.
static CHILD: AtomicBool = AtomicBool::new(false);

/// Why a forked child is refused, as the end of a sentence that names who was called.
pub(crate) const REFUSAL: &str = "in a process that was forked after its parent had used the task layer, whose threads and \
                                  descriptors stayed with the parent: fork before the first use, or start a new program \
                                  (Unix.create_process)";

/// Notes that something was started that a fork cuts in two.
pub(crate) fn started() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handler stores to an atomic, which is all that may be done there. What can fail is the memory
        // for one entry; the child is not recognised then.
        #[cfg(unix)]
        unsafe {
            libc::pthread_atfork(None, None, Some(in_child));
        }
    });
}

#[cfg(unix)]
unsafe extern "C" fn in_child() {
    CHILD.store(true, Ordering::Relaxed);
}

/// Is this such a child?
#[inline]
pub(crate) fn is_child() -> bool {
    CHILD.load(Ordering::Relaxed)
}

/// Panics in such a child. `who` was called.
#[inline]
pub(crate) fn check(who: &str) {
    if is_child() {
        refuse(who);
    }
}

#[cold]
#[inline(never)]
fn refuse(who: &str) -> ! {
    panic!("{who} was called {REFUSAL}");
}
