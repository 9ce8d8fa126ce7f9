//! How tasks are cancelled, and executors end.

use crate::context;
use crate::executor::{Executor, Message};
use crate::export::reject_dropped_now;
use crate::fork;
use crate::slab::Key;
use crate::task::Entry;
use crate::thread::ThreadId;
use crate::tick::BUDGET;
use bactrian_runtime::OCamlRuntime;
use core::mem;
use std::sync::Arc;

impl Executor {
    /// Cancels a task by its key, if it still waits: at once, or, when it is another thread's, soon.
    pub(crate) fn cancel(self: &Arc<Self>, rt: &mut OCamlRuntime, key: Key) {
        // SAFETY: the handle proves that the lock is held.
        let Some(thread) = unsafe { self.local() }.tasks.get_mut(key).map(|entry| entry.thread)
        else {
            return;
        };
        if thread != ThreadId::NONE && thread != ThreadId::current() {
            return self.hand_over(rt, Message::Cancel(thread, key));
        }
        // SAFETY: as above.
        let entry = unsafe { self.local() }.tasks.remove(key);
        if let Some(body) = entry.and_then(|entry| entry.body) {
            // SAFETY: a body is taken out of the slab before it dies, and was in it.
            context::enter(self, rt, || drop(unsafe { body.as_ref() }.cancel()));
        }
    }

    /// Drops all tasks that wait, settles their promises, and does what is queued.
    ///
    /// The executor stays usable: what runs later at exit may still make calls.
    pub(crate) fn cancel_all(self: &Arc<Self>, rt: &mut OCamlRuntime) {
        if !fork::is_child() {
            self.drop_all(rt, false);
        }
    }

    /// As above. When the domain `ends`, whoever drives does so no more, and this thread does what is queued in any case.
    fn drop_all(self: &Arc<Self>, rt: &mut OCamlRuntime, ends: bool) {
        self.abandon_all(rt, |thread| thread != ThreadId::NONE && thread != ThreadId::current());
        // A bound, since a continuation may start anew for ever.
        for _ in 0..1000 {
            // SAFETY: the handle proves that the lock is held.
            let keys = unsafe { self.local() }.tasks.keys();
            let mut cancelled = false;
            context::enter(self, rt, || {
                for key in keys {
                    // SAFETY: as above; tasks are dropped outside the borrow.
                    let body =
                        unsafe { self.local() }.tasks.get_mut(key).and_then(|entry| entry.body);
                    if let Some(body) = body {
                        // SAFETY: a body is taken out of the slab before it dies.
                        let waker = unsafe { body.as_ref() }.cancel();
                        // A task that calls this in its own poll goes when that poll returns.
                        cancelled |= waker.is_some();
                        drop(waker);
                    }
                }
            });
            self.fetch(rt);
            // SAFETY: as above.
            let queued = unsafe { self.local() }.queue.len();
            if !(ends || self.is_driver(rt)) || !cancelled && queued == 0 {
                break;
            }
            for _ in 0..queued.div_ceil(BUDGET) {
                // The exit goes on, whatever is thrown on the way.
                let _ = self.tick(rt);
            }
        }
        self.close_streams(rt);
    }

    /// Rejects the promises of the tasks that wait and are other threads', of which `which` is asked, and leaves the
    /// tasks: this thread must not drop them.
    pub(crate) fn abandon_all(
        self: &Arc<Self>,
        rt: &mut OCamlRuntime,
        which: impl Fn(ThreadId) -> bool,
    ) {
        // SAFETY: the handle proves that the lock is held.
        let keys = unsafe { self.local() }.tasks.keys();
        for key in keys {
            // SAFETY: as above.
            let thread = unsafe { self.local() }.tasks.get_mut(key).map(|entry| entry.thread);
            if thread.is_some_and(&which) {
                self.abandon(rt, key);
            }
        }
    }

    /// Rejects the promise of a task that waits, and leaves the task.
    pub(crate) fn abandon(self: &Arc<Self>, rt: &mut OCamlRuntime, key: Key) {
        // SAFETY: the handle proves that the lock is held; the entry is dropped outside the borrow.
        let mut local = unsafe { self.local() };
        let entry = local.tasks.remove(key);
        let bound = entry.as_ref().is_some_and(|entry| entry.thread != ThreadId::NONE);
        // Its future is never dropped.
        local.bound = local.bound.saturating_sub(usize::from(bound));
        drop(local);
        let Some(Entry { body, promise, .. }) = entry else { return };
        if let Some(body) = body {
            // SAFETY: a body is taken out of the slab before it dies, and was in it.
            unsafe { body.as_ref() }.abandon();
        }
        if let Some(promise) = promise
            && let Err(escaped) = reject_dropped_now(rt, promise)
        {
            self.escape(rt, escaped);
        }
    }

    /// Gives up what belonged to a thread that has ended: promises are rejected, futures and streams leaked.
    pub(crate) fn abandon_thread(self: &Arc<Self>, rt: &mut OCamlRuntime, thread: ThreadId) {
        self.abandon_all(rt, |other| other == thread);
        // SAFETY: the handle proves that the lock is held.
        let left = unsafe { self.local() }.elsewhere.remove(&thread);
        for message in left.into_iter().flatten() {
            self.bury(rt, message);
        }
        // SAFETY: as above.
        let keys = unsafe { self.local() }.streams.keys();
        for key in keys {
            if self.stream(rt, key).is_some_and(|source| source.thread() == thread) {
                self.abandon_stream(rt, key);
            }
        }
    }

    /// Ends the executor with its domain.
    fn close(self: &Arc<Self>, rt: &mut OCamlRuntime) {
        self.gate.close();
        if !fork::is_child() {
            self.drop_all(rt, true);
        }
        // SAFETY: the handle proves that the lock is held.
        let streams = unsafe { self.local() }.streams.keys();
        // What is left is other threads', which end with the domain. They have this executor, which has them.
        streams.into_iter().for_each(|key| self.abandon_stream(rt, key));
        // SAFETY: as above.
        let host = unsafe { self.local() }.host.take();
        if let Some(host) = host {
            // There is nobody left to tell of an exception.
            let _ = (host.detach)(rt);
        }
        let arrived = self.gate.end();
        // SAFETY: as above.
        let mut local = unsafe { self.local() };
        let mut left = mem::take(&mut local.queue);
        left.extend(mem::take(&mut local.elsewhere).into_values().flatten());
        drop(local);
        for message in left.into_iter().chain(arrived) {
            if let Message::Run(runnable) = &message {
                // It was never polled, and so is in no table: who waits for it is told here.
                runnable.metadata().abandon();
            }
            message.discard();
        }
    }
}

/// Called when a domain is about to end, after its `Domain.at_exit` functions.
pub(crate) fn domain_ends(rt: &mut OCamlRuntime) {
    if let Some(executor) = Executor::existing(rt) {
        executor.close(rt);
    }
}
