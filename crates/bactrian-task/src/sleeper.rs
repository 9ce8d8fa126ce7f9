//! A thread that waits in OCaml's `await`, where no scheduler suspends a fibre instead.

use crate::sync::{AtomicBool, Bell, Ordering, Thread, current, fence};
use crate::thread::ThreadId;

/// A thread that waits for one thing.
pub(crate) struct Sleeper {
    pub(crate) id: ThreadId,
    thread: Thread,
    /// Wakes the reactor of its domain, in case it sleeps there.
    bell: Bell,
    /// It sleeps in the reactor, for all threads of its domain.
    polling: AtomicBool,
    /// What it waits for has happened.
    released: AtomicBool,
}

impl Sleeper {
    /// This thread.
    pub(crate) fn here(bell: Bell) -> Self {
        Sleeper {
            id: ThreadId::current(),
            thread: current(),
            bell,
            polling: AtomicBool::new(false),
            released: AtomicBool::new(false),
        }
    }

    /// Ends its wait; from any thread.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::Release);
        if self.id != ThreadId::current() {
            self.wake();
        }
    }

    pub(crate) fn is_released(&self) -> bool {
        self.released.load(Ordering::Acquire)
    }

    /// Has it look at the world.
    pub(crate) fn wake(&self) {
        fence(Ordering::SeqCst);
        if self.polling.load(Ordering::Relaxed) {
            self.bell.wakeup();
        } else {
            self.thread.unpark();
        }
    }

    /// Sleeps in the reactor, unless its wait is over: then it is `None`.
    pub(crate) fn poll<R>(&self, reactor: impl FnOnce() -> R) -> Option<R> {
        self.polling.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let polled = (!self.is_released()).then(reactor);
        self.polling.store(false, Ordering::Relaxed);
        polled
    }

    /// Sleeps until it is woken, unless its wait is over.
    pub(crate) fn park(&self, park: impl FnOnce()) {
        if !self.is_released() {
            park();
        }
    }
}
