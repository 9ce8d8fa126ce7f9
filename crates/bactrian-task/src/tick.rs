//! The executor at work.

use crate::context;
use crate::executor::Executor;
use crate::thread::ThreadId;
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::time::Duration;
use std::sync::Arc;

/// How many tasks and jobs one tick runs before the host's other work has its turn.
pub(crate) const BUDGET: usize = 64;

impl Executor {
    /// Looks at the reactor without waiting: the host has found its descriptor readable.
    ///
    /// When another thread sleeps in it, that is left to it: to look would mean to wait for it, with the lock held, and
    /// to take a ring that is meant for it.
    pub(crate) fn poll_reactor(&self, rt: &OCamlRuntime) {
        if self.is_watched(rt) {
            return;
        }
        // What can fail is a system call on descriptors that are ours and open.
        if let Err(error) = self.reactor().pollf(Some(Duration::ZERO)) {
            panic!("the reactor of domain {} fails: {error}", self.domain());
        }
    }

    /// Does another thread sleep in the reactor?
    pub(crate) fn is_watched(&self, _rt: &OCamlRuntime) -> bool {
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.local() }.waiting.poller().is_some()
    }

    /// Is there something in the local queue?
    pub(crate) fn is_due(&self, _rt: &OCamlRuntime) -> bool {
        // SAFETY: the handle proves that the lock is held.
        unsafe { !self.local().queue.is_empty() }
    }

    /// Runs what is due, up to the budget; for what is left, the host is told to come back. On the host's
    /// thread, or, without a host, on any of the domain: what only another thread may do is handed over to it.
    ///
    /// The error is an exception that escaped an OCaml continuation and the host's own hook.
    pub(crate) fn tick(self: &Arc<Self>, rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        local.kicked = false;
        let here = ThreadId::current();
        if let Some(mine) = local.elsewhere.remove(&here) {
            local.queue.extend(mine);
        }
        drop(local);
        self.fetch(rt);
        context::enter(self, rt, || {
            for _ in 0..BUDGET {
                // SAFETY: the tick holds the lock; nothing that could release it runs in the borrow.
                let Some(message) = unsafe { self.local() }.queue.pop_front() else { break };
                let thread = message.thread();
                if thread == ThreadId::NONE || thread == here {
                    message.run();
                } else {
                    context::with_runtime(|rt| self.hand_over(rt, message));
                }
            }
        });
        // SAFETY: as above.
        let mut local = unsafe { self.local() };
        // One at a time, since no more can be raised.
        let escaped = (!local.escaped.is_empty()).then(|| local.escaped.remove(0));
        if !local.escaped.is_empty() {
            self.bell.wakeup();
        }
        drop(local);
        escaped.map_or(Ok(()), Err)
    }
}
