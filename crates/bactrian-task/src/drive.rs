//! Executors without a host: the threads that wait for something drive them.

use crate::context;
use crate::executor::{Executor, Message};
use crate::sleeper::Sleeper;
use crate::thread::ThreadId;
use crate::waiting::Place;
use bactrian_runtime::__private::{keep_turn, releasing_runtime_urgently};
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::mem;
use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread;

/// How long a thread sleeps that another one will wake: the wait for a thread is not interrupted by signals,
/// whose handlers have their turn then.
const NAP: Duration = Duration::from_millis(100);

impl Executor {
    /// May this thread do whatever is due? It may if there is no host, or none any more, or if it is the host.
    pub(crate) fn is_driver(&self, rt: &OCamlRuntime) -> bool {
        self.host_thread(rt) == ThreadId::current() || !self.is_hosted(rt)
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
        let count = unsafe { self.local() }.elsewhere.get(&here).map_or(0, VecDeque::len);
        if count > 0 {
            context::enter(self, rt, || {
                for _ in 0..count {
                    // One at a time: what it runs may wait for another one, in a turn of its own.
                    let Some(message) = self.next_of(here) else { break };
                    message.run();
                }
            });
        }
        if self.is_due(rt) {
            // A task of this thread has queued something, and then called OCaml, which waits: it is still in the frame at whose
            // end the host would be told.
            self.bell.wakeup();
        }
        Ok(())
    }

    /// The next message for this thread from another one. In a frame.
    fn next_of(&self, here: ThreadId) -> Option<Message> {
        // SAFETY: whoever is in a frame of the executor holds the lock.
        let mut local = unsafe { self.local() };
        let mine = local.elsewhere.get_mut(&here)?;
        let message = mine.pop_front();
        if mine.is_empty() {
            local.elsewhere.remove(&here);
        }
        message
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
                self.poll_reactor(rt);
            }
            return Ok(());
        }
        let place = local.waiting.enter(sleeper, drives);
        let hosts = local.host.as_ref().is_some_and(|host| host.thread == sleeper.id);
        drop(local);
        let polled = match place {
            Place::Reactor => self.sleep_in_reactor(rt, sleeper, hosts),
            Place::Parked => {
                sleeper.park(|| rt.releasing_runtime(|| thread::park_timeout(NAP)));
                Ok(())
            }
        };
        // SAFETY: as above.
        unsafe { self.local() }.waiting.leave(sleeper, place);
        if place == Place::Reactor && hosts {
            keep_turn(rt);
        }
        if let Err(error) = polled {
            panic!("the reactor of domain {} fails: {error}", self.domain());
        }
        if place == Place::Reactor && !self.is_driver(rt) {
            // A host has come meanwhile, and this thread may have taken its bell's ring.
            self.bell.wakeup();
        }
        Ok(())
    }

    fn sleep_in_reactor(
        &self,
        rt: &mut OCamlRuntime,
        sleeper: &Sleeper,
        urgently: bool,
    ) -> io::Result<()> {
        let polled = sleeper.poll(|| {
            let poll = || self.reactor().pollf(None).map(|_| ());
            // A thread that does nothing else goes before those that compute.
            if urgently { releasing_runtime_urgently(rt, poll) } else { rt.releasing_runtime(poll) }
        });
        polled.unwrap_or(Ok(()))
    }

    /// The thread waits no more: another one sleeps in the reactor from now on.
    pub(crate) fn stop_waiting(&self, _rt: &OCamlRuntime) {
        // SAFETY: the handle proves that the lock is held; waking runs no code of others.
        unsafe { self.local() }.waiting.pass_on();
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
        if local.waiting.wake(thread) {
            return;
        }
        if local.host.as_ref().is_some_and(|host| host.thread == thread) {
            self.bell.wakeup();
        }
    }

    /// Gets rid of work whose thread has ended.
    pub(crate) fn bury(self: &Arc<Self>, rt: &mut OCamlRuntime, message: Message) {
        let key = match &message {
            Message::Run(runnable) => {
                // Also when it was never polled, and so has no key.
                runnable.metadata().abandon();
                runnable.metadata().key()
            }
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
