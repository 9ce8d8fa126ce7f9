//! The one tokio runtime beside the domains.

use crate::fork;
use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;
use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};

static RUNTIME: OnceLock<Runtime> = OnceLock::new();
/// 0: tokio's own choice, which the variable `TOKIO_WORKER_THREADS` overrides.
static WORKERS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static ENTERED: Cell<bool> = const { Cell::new(false) };
}

/// The tokio runtime on whose threads `tokio::spawn` runs, from tasks and from anywhere.
///
/// It has several threads, and is started by the first call, or the first asynchronous call from OCaml.
///
/// # Panics
/// When the system refuses to start threads, and in a forked child whose parent had started it.
pub fn tokio_handle() -> &'static Handle {
    fork::check("tokio_handle");
    fork::started();
    RUNTIME
        .get_or_init(|| {
            let mut builder = Builder::new_multi_thread();
            builder.enable_all().thread_name("bactrian-tokio").on_thread_start(block_signals);
            match WORKERS.load(Ordering::Relaxed) {
                0 => {}
                count => {
                    builder.worker_threads(count);
                }
            }
            builder
                .build()
                .unwrap_or_else(|error| panic!("the tokio runtime does not start: {error}"))
        })
        .handle()
}

/// Leaves the signals to OCaml's threads: a handler that ran on a thread of tokio's would not end the system call in which
/// they wait, and OCaml would hear of the signal late.
fn block_signals() {
    #[cfg(unix)]
    // SAFETY: the set is filled before it is read; the mask is this thread's own.
    unsafe {
        let mut all = core::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, core::ptr::null_mut());
    }
}

/// Sets how many threads the tokio runtime will have; `false`: it has started already.
///
/// Without it there are as many as cores, or what the environment's `TOKIO_WORKER_THREADS` says.
///
/// # Panics
/// When `count` is 0.
pub fn set_tokio_workers(count: usize) -> bool {
    assert!(count > 0, "set_tokio_workers: a runtime needs at least one thread");
    WORKERS.store(count, Ordering::Relaxed);
    RUNTIME.get().is_none()
}

/// Enters the tokio context on this thread, once and for good: it says only where `tokio::spawn` and
/// timers go, and entering it anew for each poll would cost more than the poll.
#[inline]
pub(crate) fn enter_thread() -> Option<EnterGuard<'static>> {
    if ENTERED.get() { None } else { enter_slow() }
}

#[cold]
fn enter_slow() -> Option<EnterGuard<'static>> {
    let entered = Handle::try_current().is_ok();
    let guard = tokio_handle().enter();
    if entered {
        // Contexts are left in the reverse order, and somebody else will leave his.
        return Some(guard);
    }
    core::mem::forget(guard);
    ENTERED.set(true);
    None
}
