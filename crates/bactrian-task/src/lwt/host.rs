//! Lwt's main loop as the host of an executor.

use super::ops;
use crate::executor::{Executor, Host};
use crate::fork;
use crate::thread::{AtomicThreadId, ThreadId};
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::os::fd::AsRawFd;
use std::sync::Arc;

/// The domain whose loop is Lwt's.
static LOOP: AtomicUsize = AtomicUsize::new(NONE);
const NONE: usize = usize::MAX;

/// The thread that was last seen to run the loop; none: nobody has yet.
static LOOP_THREAD: AtomicThreadId = AtomicThreadId::none();
/// Its domain.
static LOOP_DOMAIN: AtomicUsize = AtomicUsize::new(NONE);

/// The thread that was last seen to run the loop, if it is one of this domain.
fn looping(rt: &OCamlRuntime) -> ThreadId {
    // A loop on another domain is none of ours: that domain ended, or will be refused.
    if LOOP_DOMAIN.load(Ordering::Relaxed) == rt.domain_id() {
        LOOP_THREAD.get()
    } else {
        ThreadId::NONE
    }
}

/// Has the thread ended? One that was joined a moment ago is given the time to.
#[cold]
fn has_ended(rt: &mut OCamlRuntime, thread: ThreadId) -> bool {
    for _ in 0..5 {
        if !thread.is_alive() {
            return true;
        }
        rt.releasing_runtime(|| std::thread::sleep(Duration::from_millis(1)));
    }
    !thread.is_alive()
}

/// Is the OCaml library linked?
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// What the loop has to do before it sleeps.
#[derive(Clone, Copy)]
pub(super) enum Errand {
    Nothing,
    /// There is work at hand.
    Turn,
    /// There is an executor to adopt.
    Adopt,
}

/// The library is linked.
pub(super) fn installed() {
    INSTALLED.store(true, Ordering::Relaxed);
}

/// The executor of this domain, for whoever makes a promise: this must be the thread of the loop. `function` is who asks,
/// for the message.
#[inline]
pub(crate) fn attached(
    rt: &mut OCamlRuntime,
    function: &str,
) -> Result<Arc<Executor>, OCamlException> {
    if let Some(executor) = Executor::existing(rt)
        && executor.host_thread(rt) == ThreadId::current()
        && !fork::is_child()
    {
        return Ok(executor);
    }
    attach_here(rt, function)
}

#[cold]
#[inline(never)]
fn attach_here(rt: &mut OCamlRuntime, function: &str) -> Result<Arc<Executor>, OCamlException> {
    if !INSTALLED.load(Ordering::Relaxed) {
        let message = format!(
            "{function} returns an Lwt promise, but the program is not linked with the OCaml library bactrian-lwt"
        );
        return Err(OCamlException::failure(rt, &message));
    }
    let executor = usable(rt, function).map_err(|message| OCamlException::failure(rt, &message))?;
    let (host, looping) = (executor.host_thread(rt), looping(rt));
    let here = ThreadId::current();
    if host == ThreadId::NONE {
        if looping == ThreadId::NONE || looping == here || has_ended(rt, looping) {
            attach(rt, &executor)?;
            return Ok(executor);
        }
    } else if looping == here || has_ended(rt, host) {
        // The loop has moved to this thread, and has not come round yet.
        claim(rt, &executor)?;
        return Ok(executor);
    }
    let message = format!(
        "{function} was called on another thread than Lwt's main loop, and Lwt promises are for that thread alone: call it \
         there, with Lwt_preemptive.run_in_main"
    );
    Err(OCamlException::failure(rt, &message))
}

/// The executor of this domain, for whoever gives it work: an event loop does it. The error is a message that begins
/// with `who`.
pub(crate) fn served(rt: &mut OCamlRuntime, who: &str) -> Result<Arc<Executor>, String> {
    if !INSTALLED.load(Ordering::Relaxed) {
        return Err(format!(
            "{who} was called in a program without an event loop that runs Rust tasks: link the OCaml library bactrian-lwt"
        ));
    }
    let executor = usable(rt, who)?;
    if executor.host_thread(rt) == ThreadId::NONE {
        let looping = looping(rt);
        let told = if looping == ThreadId::NONE || looping == ThreadId::current() {
            attach(rt, &executor)
        } else {
            // The loop may be asleep on its thread, which alone may change what it watches.
            ops::notify(rt)
        };
        told.map_err(|exception| format!("{who}: Lwt refuses: {}", exception.message(rt)))?;
    }
    Ok(executor)
}

/// The executor of this domain, if the domain is Lwt's, or could be.
fn usable(rt: &mut OCamlRuntime, who: &str) -> Result<Arc<Executor>, String> {
    if fork::is_child() {
        return Err(format!("{who} was called {}", fork::REFUSAL));
    }
    // Before the executor is made: it would keep its descriptors.
    let (domain, owner) = (rt.domain_id(), LOOP.load(Ordering::Acquire));
    if owner != NONE && owner != domain {
        return Err(format!(
            "{who} was called on domain {domain}, but Lwt's main loop belongs to domain {owner}, and Lwt can be used by one \
             domain only"
        ));
    }
    let executor = Executor::current(rt);
    if executor.is_gone() {
        return Err(format!("{who} was called on a domain that has ended"));
    }
    Ok(executor)
}

/// Has the loop watch the executor, for tasks of this thread.
fn attach(rt: &mut OCamlRuntime, executor: &Arc<Executor>) -> Result<(), OCamlException> {
    let domain = executor.domain();
    let taken = LOOP.compare_exchange(NONE, domain, Ordering::AcqRel, Ordering::Acquire);
    if let Err(owner) = taken
        && owner != domain
    {
        let message = format!("domain {owner} was faster: Lwt's main loop belongs to it");
        return Err(OCamlException::failure(rt, &message));
    }
    let descriptor = executor.reactor().descriptor().as_raw_fd();
    if let Err(exception) = ops::attach(rt, i64::from(descriptor)) {
        LOOP.store(NONE, Ordering::Release);
        return Err(exception);
    }
    let host = Host { thread: ThreadId::current(), kick: Some(ops::kick), covered: None, detach };
    // SAFETY: the handle proves that the lock is held; executors are used on their own domain.
    let mut local = unsafe { executor.local() };
    local.host = Some(host);
    local.waiting.leave_reactor();
    drop(local);
    // What came up before, for this thread too, has nobody else to tell.
    executor.bell.wakeup();
    Ok(())
}

fn detach(rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
    let detached = ops::detach(rt);
    let domain = rt.domain_id();
    let _ = LOOP.compare_exchange(domain, NONE, Ordering::AcqRel, Ordering::Relaxed);
    detached
}

/// Makes this thread, which runs the loop now, the one that polls. Refused while there are futures that are another's.
fn claim(rt: &mut OCamlRuntime, executor: &Arc<Executor>) -> Result<(), OCamlException> {
    let before = executor.host_thread(rt);
    if !before.is_alive() {
        // Nobody can poll or drop what was that thread's.
        executor.abandon_all(rt, |thread| thread == before);
        // SAFETY: the lock is held.
        unsafe { executor.local() }.bound = 0;
    }
    // SAFETY: as above.
    let mut local = unsafe { executor.local() };
    let futures = local.bound;
    if futures == 0 {
        if let Some(host) = &mut local.host {
            host.thread = ThreadId::current();
        }
        local.waiting.leave_reactor();
        drop(local);
        executor.bell.wakeup();
        return Ok(());
    }
    drop(local);
    let message = format!(
        "Lwt's main loop was entered on another thread than before, and {futures} Rust futures wait for the thread that made \
         them: run the loop there"
    );
    Err(OCamlException::failure(rt, &message))
}

/// What the loop is to do, which is about to sleep on this thread.
pub(super) fn errand(rt: &OCamlRuntime) -> Errand {
    let here = ThreadId::current();
    if LOOP_THREAD.get() != here {
        LOOP_THREAD.set(here);
        LOOP_DOMAIN.store(rt.domain_id(), Ordering::Relaxed);
    }
    if fork::is_child() {
        return Errand::Nothing;
    }
    let Some(executor) = Executor::existing(rt).filter(|executor| !executor.is_gone()) else {
        return Errand::Nothing;
    };
    let host = executor.host_thread(rt);
    if host == here {
        return if executor.is_due(rt) { Errand::Turn } else { Errand::Nothing };
    }
    let owner = LOOP.load(Ordering::Relaxed);
    if host == ThreadId::NONE && owner != NONE && owner != executor.domain() {
        return Errand::Nothing;
    }
    Errand::Adopt
}

/// Makes this thread's loop the host of this domain's executor. The error is to be raised.
pub(super) fn adopt(rt: &mut OCamlRuntime, executor: &Arc<Executor>) -> Result<(), OCamlException> {
    if executor.host_thread(rt) == ThreadId::NONE {
        // What the engine refuses is tried again in the next turn.
        let _ = attach(rt, executor);
        return Ok(());
    }
    claim(rt, executor)
}
