//! Executors without a host: the threads that wait for something drive them.

use crate::context;
use crate::executor::{Executor, Message};
use crate::sleeper::Sleeper;
use crate::thread::ThreadId;
use bactrian_runtime::__private::releasing_runtime_urgently;
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::mem;
use core::time::Duration;
use std::sync::Arc;
use std::thread;

/// How long a thread sleeps that another one will wake: the wait for a thread is not interrupted by signals,
/// whose handlers have their turn then.
const NAP: Duration = Duration::from_millis(100);

impl Executor {
    /// May this thread do whatever is due? It may if there is no host, or if it is the host.
    pub(crate) fn is_driver(&self, rt: &OCamlRuntime) -> bool {
        let host = self.host_thread(rt);
        host == ThreadId::NONE || host == ThreadId::current()
    }

    /// Does what is due on this thread, and does not wait.
    ///
    /// The error is as for [`tick`](Executor::tick).
    pub(crate) fn turn(self: &Arc<Self>, rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
        if self.is_driver(rt) {
            return self.tick(rt);
        }
        let here = ThreadId::current();
        // SAFETY: the handle proves that the lock is held.
        let mine = unsafe { self.local() }.elsewhere.remove(&here);
        if let Some(mine) = mine {
            context::enter(self, rt, || mine.into_iter().for_each(Message::run));
        }
        Ok(())
    }

    /// A turn of the thread that `sleeper` is: does what is due, and then, unless there is more or its wait is over, sleeps
    /// until something happens, with the lock released.
    ///
    /// One thread sleeps in the reactor, and the others until they are woken.
    pub(crate) fn wait(
        self: &Arc<Self>,
        rt: &mut OCamlRuntime,
        sleeper: &Arc<Sleeper>,
    ) -> Result<(), OCamlException> {
        self.turn(rt)?;
        if sleeper.is_released() {
            return Ok(());
        }
        let drives = self.is_driver(rt);
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        let due = drives && !(local.queue.is_empty() && local.escaped.is_empty());
        if due || local.elsewhere.contains_key(&sleeper.id) {
            drop(local);
            if drives {
                // What waits in the reactor has its turn too.
                self.poll_reactor();
            }
            return Ok(());
        }
        if drives && local.poller.is_none() {
            local.poller = Some(Arc::clone(sleeper));
            drop(local);
            self.sleep_in_reactor(rt, sleeper);
        } else {
            local.sleepers.push(Arc::clone(sleeper));
            drop(local);
            if !sleeper.is_released() {
                rt.releasing_runtime(|| thread::park_timeout(NAP));
            }
            // SAFETY: as above.
            let mut local = unsafe { self.local() };
            local.sleepers.retain(|other| !Arc::ptr_eq(other, sleeper));
        }
        Ok(())
    }

    fn sleep_in_reactor(&self, rt: &mut OCamlRuntime, sleeper: &Sleeper) {
        sleeper.set_polling(true);
        let polled = if sleeper.is_released() {
            Ok(())
        } else if self.host_thread(rt) == ThreadId::current() {
            // A thread that does nothing else goes before those that compute.
            releasing_runtime_urgently(rt, || self.reactor().pollf(None).map(|_| ()))
        } else {
            rt.releasing_runtime(|| self.reactor().pollf(None).map(|_| ()))
        };
        sleeper.set_polling(false);
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.local() }.poller = None;
        if let Err(error) = polled {
            panic!("the reactor of domain {} fails: {error}", self.domain());
        }
        if !self.is_driver(rt) {
            // A host has come meanwhile, and this thread may have taken its bell's ring.
            self.bell.wakeup();
        }
    }

    /// The thread waits no more: another one sleeps in the reactor from now on.
    pub(crate) fn stop_waiting(&self, _rt: &OCamlRuntime) {
        // SAFETY: the handle proves that the lock is held; waking runs no code of others.
        let local = unsafe { self.local() };
        if local.poller.is_none()
            && let Some(next) = local.sleepers.first()
        {
            next.wake();
        }
    }

    /// Keeps a message for the thread that may do it, and tells that thread.
    pub(crate) fn hand_over(self: &Arc<Self>, rt: &mut OCamlRuntime, message: Message) {
        let thread = message.thread();
        if !thread.is_alive() {
            return self.bury(rt, message);
        }
        // SAFETY: the handle proves that the lock is held.
        let mut local = unsafe { self.local() };
        local.elsewhere.entry(thread).or_default().push_back(message);
        let asleep = local.poller.iter().chain(&local.sleepers).find(|other| other.id == thread);
        if let Some(sleeper) = asleep {
            sleeper.wake();
        } else if local.host.as_ref().is_some_and(|host| host.thread == thread) {
            self.bell.wakeup();
        }
    }

    /// Gets rid of work whose thread has ended.
    pub(crate) fn bury(self: &Arc<Self>, rt: &mut OCamlRuntime, message: Message) {
        let key = match &message {
            Message::Run(runnable) => runnable.metadata().key(),
            Message::Cancel(_, key) => Some(*key),
            Message::Close(_, key) => return self.abandon_stream(rt, *key),
            Message::Job(_) => None,
        };
        if let Some(key) = key {
            self.abandon(rt, key);
        }
        // Its future is that thread's.
        mem::forget(message);
    }
}
