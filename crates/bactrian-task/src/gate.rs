//! The way in for messages of other threads, and its end.

use crate::sync::{AtomicBool, Inbox, Ordering, fence};

/// An inbox that ends: each message is taken by the domain, or comes back to be discarded; never neither, never both.
pub(crate) struct Gate<T> {
    inbox: Inbox<T>,
    /// No new work is taken: the domain ends.
    closed: AtomicBool,
    /// Nobody will look at the inbox any more.
    gone: AtomicBool,
}

impl<T> Gate<T> {
    pub(crate) fn new() -> Self {
        Gate { inbox: Inbox::new(), closed: AtomicBool::new(false), gone: AtomicBool::new(false) }
    }

    /// Hands a message in, from any thread. `true`: the domain is to be told. `false`: it has ended, and `discard` was given the
    /// message, or whoever ended it has it.
    pub(crate) fn send(&self, message: T, discard: impl FnMut(T)) -> bool {
        self.inbox.push(message);
        fence(Ordering::SeqCst);
        if self.gone.load(Ordering::Relaxed) {
            // The domain ended between the two looks, and may not have seen the message.
            self.inbox.drain().for_each(discard);
            return false;
        }
        true
    }

    /// Takes what has come, if anything has.
    pub(crate) fn fetch(&self) -> Option<impl Iterator<Item = T> + use<T>> {
        (!self.inbox.is_empty()).then(|| self.inbox.drain())
    }

    /// Takes no more work from others, but what is on its way.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Nobody will fetch any more. What is returned is to be discarded.
    pub(crate) fn end(&self) -> impl Iterator<Item = T> + use<T> {
        self.gone.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
        self.inbox.drain()
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// What is in the inbox, for an owner that is alone.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.inbox.drain()
    }
}
