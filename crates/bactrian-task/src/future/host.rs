//! Whoever drives the executor of a domain, as schedulers in direct style see it.

use super::affinity::Threads;
use crate::executor::{Executor, Host};
use crate::fork;
use crate::thread::ThreadId;
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;

/// Is the OCaml library linked?
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Schedulers that suspend the fibres of any thread.
static EVERYWHERE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// A scheduler suspends the fibres of this thread, so that it never drives an executor in `await`.
    static SUSPENDS: Cell<bool> = const { Cell::new(false) };
}

/// The library is linked.
pub(super) fn installed() {
    INSTALLED.store(true, Ordering::Relaxed);
}

/// Says whether this thread suspends fibres.
pub(super) fn set_suspends(suspends: bool) {
    SUSPENDS.set(suspends);
}

/// A scheduler that suspends the fibres of any thread begins, or ends.
pub(super) fn set_everywhere(begins: bool) {
    if begins {
        EVERYWHERE.fetch_add(1, Ordering::Relaxed);
    } else {
        EVERYWHERE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether fibres of this thread may be suspended, and go on in another one.
fn suspends() -> bool {
    SUSPENDS.get() || EVERYWHERE.load(Ordering::Relaxed) != 0
}

/// Does this thread suspend fibres, while another one polls the tasks of `executor`, its domain's? Within a frame of it.
pub(crate) fn leaves_polling(executor: &Executor) -> bool {
    if !suspends() {
        return false;
    }
    // SAFETY: who is in a frame of the executor holds the lock of its domain.
    let local = unsafe { executor.local() };
    local.host.as_ref().is_none_or(|host| host.thread != ThreadId::current())
}

/// The executor of this domain, for a task that `threads` may poll. The error, whose message begins with `who`, is to be
/// raised.
#[inline]
pub(crate) fn usable(
    rt: &mut OCamlRuntime,
    who: &str,
    threads: Threads,
) -> Result<Arc<Executor>, OCamlException> {
    served_for(rt, who, threads).map_err(|message| OCamlException::failure(rt, &message))
}

#[inline]
fn served_for(rt: &OCamlRuntime, who: &str, threads: Threads) -> Result<Arc<Executor>, String> {
    if !INSTALLED.load(Ordering::Relaxed) {
        return Err(format!(
            "{who} returns a future, but the program is not linked with the OCaml library bactrian.future"
        ));
    }
    let executor = served(rt, who)?;
    if threads == Threads::Own && suspends() && executor.host_thread(rt) != ThreadId::current() {
        return Err(format!(
            "{who}: its future is not Send, so only this thread may poll it, but this thread's scheduler leaves that to another \
             one: let the future be Send (no Rc, RefCell borrow or raw pointer across an await)"
        ));
    }
    Ok(executor)
}

/// The executor of this domain, if tasks can be given to it. The error is a message that begins with `who`.
pub(crate) fn served(rt: &OCamlRuntime, who: &str) -> Result<Arc<Executor>, String> {
    if fork::is_child() {
        return Err(format!("{who} was called {}", fork::REFUSAL));
    }
    if !INSTALLED.load(Ordering::Relaxed) {
        return Err(format!(
            "{who} was called in a program that cannot run Rust tasks: link the OCaml library bactrian.future or bactrian-lwt"
        ));
    }
    let executor = Executor::current(rt);
    if executor.is_gone() {
        return Err(format!("{who} was called on a domain that has ended"));
    }
    Ok(executor)
}

/// Makes this thread the host. `false`: it was already, and `detach` is not called. The error is a message.
pub(super) fn attach(rt: &OCamlRuntime) -> Result<bool, String> {
    let executor = served(rt, "Bactrian_future.Host")?;
    let here = ThreadId::current();
    // SAFETY: the handle proves that the lock is held.
    let mut local = unsafe { executor.local() };
    match &mut local.host {
        // Lwt's loop, which does not run while this one does: it is not to be told, the descriptor is.
        Some(host) if host.thread == here && host.kick.is_some() => {
            host.covered = host.kick.take();
            drop(local);
            executor.bell.wakeup();
            return Ok(true);
        }
        Some(host) if host.thread == here => return Ok(false),
        Some(host) if host.thread.is_alive() => {
            return Err(format!(
                "Bactrian_future.Host: another thread of domain {} drives its Rust tasks already",
                executor.domain()
            ));
        }
        _ => {}
    }
    local.host = Some(Host { thread: here, kick: None, covered: None, detach: |_| Ok(()) });
    local.waiting.leave_reactor();
    drop(local);
    // What was due before has nobody else to tell.
    executor.bell.wakeup();
    Ok(true)
}

/// This thread is the host no more; threads that wait take over.
pub(super) fn detach(rt: &OCamlRuntime) {
    let Some(executor) = Executor::existing(rt).filter(|_| !fork::is_child()) else { return };
    // SAFETY: the handle proves that the lock is held.
    let mut local = unsafe { executor.local() };
    if let Some(host) = &mut local.host
        && host.thread == ThreadId::current()
    {
        if let Some(kick) = host.covered.take() {
            // Lwt's loop is the host again.
            host.kick = Some(kick);
            drop(local);
            return executor.bell.wakeup();
        }
        local.host = None;
    }
    drop(local);
    executor.stop_waiting(rt);
}
