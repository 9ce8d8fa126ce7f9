//! What is done at the end of a domain that needs OCaml for it.
//!
//! `Domain.at_exit` is not the place: its functions run last first, so those that the program registered early come after
//! ours, and may call Rust.

use crate::ffi::domain::caml_domain_stop_hook;
use crate::runtime::OCamlRuntime;
use core::ffi::c_void;
use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Once, OnceLock};

/// Called on a domain that ends, with its lock held: OCaml code can run.
type Before = fn(&mut OCamlRuntime);

/// Called when the domain's other threads have ended, with the number of the domain: no OCaml code runs any more.
type After = fn(usize);

static ACTIONS: OnceLock<(Before, After)> = OnceLock::new();

/// The hook that was there before ours.
static PREVIOUS: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Sets what is done at the end of each domain. The first call counts: there is one user, the task layer.
///
/// Nothing is done at the end of the first domain, which is that of the process.
pub fn at_domain_end(before: Before, after: After) {
    let _ = ACTIONS.set((before, after));
}

/// Called when the OCaml library `bactrian` starts.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the static is the runtime's own; it is a plain pointer there, and no domain ends yet.
        let previous =
            unsafe { caml_domain_stop_hook.swap(ended as *mut c_void, Ordering::AcqRel) };
        PREVIOUS.store(previous, Ordering::Release);
    });
}

unsafe extern "C" fn ended() {
    let actions = ACTIONS.get();
    // SAFETY: the runtime calls this with the domain's lock held, which no Rust frame uses: the domain's own code is done.
    let mut rt = unsafe { OCamlRuntime::recover() };
    let domain = rt.domain_id();
    if let Some((before, _)) = actions {
        guarded(|| before(&mut rt));
    }
    let previous = PREVIOUS.load(Ordering::Acquire);
    if !previous.is_null() {
        // SAFETY: it came out of the hook's own variable.
        unsafe { transmute::<*mut c_void, unsafe extern "C" fn()>(previous)() };
    }
    if let Some((_, after)) = actions {
        guarded(|| after(domain));
    }
}

/// A panic must not unwind into the runtime; the panic hook has reported it.
fn guarded(body: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(body)) {
        core::mem::forget(payload);
    }
}
