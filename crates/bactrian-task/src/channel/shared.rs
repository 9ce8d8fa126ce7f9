//! What the ends of a channel share.

use crate::context;
use crate::panics::{self, guarded};
use crate::slab::{Key, Slab};
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Makes the exception of a channel that has failed, where there is a runtime.
pub(super) type Failure = Box<dyn FnOnce(&mut OCamlRuntime) -> OCamlException + Send>;

/// A value that was not sent.
pub(super) enum Refused<T> {
    Full(T),
    Closed(T),
}

/// Guarded by a mutex in which no foreign code runs: wakers are called, and values dropped, outside of it.
pub(super) struct Shared<T> {
    capacity: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    buffer: VecDeque<T>,
    /// How many of the places are promised to senders that were woken.
    promised: usize,
    /// Senders that wait, and those that were woken and have not come yet.
    waiting: Slab<Waiting>,
    /// Those that wait, in order.
    order: VecDeque<Key>,
    receiver: Option<Waker>,
    senders: usize,
    ending: Ending,
}

struct Waiting {
    /// `None`: it has been woken, and a place is its own.
    waker: Option<Waker>,
}

enum Ending {
    Open,
    Failed(Failure),
    Closed,
}

impl<T> Shared<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Shared {
            capacity,
            state: Mutex::new(State {
                buffer: VecDeque::with_capacity(capacity.min(64)),
                promised: 0,
                waiting: Slab::new(),
                order: VecDeque::new(),
                receiver: None,
                senders: 1,
                ending: Ending::Open,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_sender(&self) {
        self.lock().senders += 1;
    }

    pub(super) fn remove_sender(&self) {
        let mut state = self.lock();
        state.senders -= 1;
        let last = state.senders == 0;
        drop(state);
        if last {
            self.finish(None);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        !self.lock().is_open()
    }

    pub(super) fn try_send(&self, value: T) -> Result<(), Refused<T>> {
        let mut state = self.lock();
        if !state.is_open() {
            return Err(Refused::Closed(value));
        }
        if !state.order.is_empty() || !state.has_room(self.capacity) {
            return Err(Refused::Full(value));
        }
        let receiver = state.push(value);
        drop(state);
        receiver.into_iter().for_each(panics::wake);
        Ok(())
    }

    /// Ends the channel for senders, who are told.
    pub(super) fn finish(&self, failure: Option<Failure>) {
        let mut state = self.lock();
        if !state.is_open() {
            drop(state);
            return guarded(|| drop(failure));
        }
        state.ending = failure.map_or(Ending::Closed, Ending::Failed);
        let wakers = state.all_wakers();
        drop(state);
        wakers.into_iter().for_each(panics::wake);
    }

    /// Ends the channel for everybody: the receiver is gone.
    pub(super) fn hang_up(&self) {
        let mut state = self.lock();
        let before = mem::replace(&mut state.ending, Ending::Closed);
        let buffer = mem::take(&mut state.buffer);
        let wakers = state.all_wakers();
        drop(state);
        wakers.into_iter().for_each(panics::wake);
        guarded(|| drop(buffer));
        guarded(|| drop(before));
    }

    /// What is there.
    pub(super) fn receive(&self) -> Poll<Option<Result<T, OCamlException>>> {
        self.take(None)
    }

    /// What is there, or the task is woken when there is something.
    pub(super) fn poll_receive(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, OCamlException>>> {
        self.take(Some(context.waker()))
    }

    fn take(&self, waker: Option<&Waker>) -> Poll<Option<Result<T, OCamlException>>> {
        let mut state = self.lock();
        if let Some(value) = state.buffer.pop_front() {
            let sender = state.promise(self.capacity);
            drop(state);
            sender.into_iter().for_each(panics::wake);
            return Poll::Ready(Some(Ok(value)));
        }
        match mem::replace(&mut state.ending, Ending::Closed) {
            Ending::Open => {
                state.ending = Ending::Open;
                let old = match (waker, &state.receiver) {
                    (Some(waker), Some(old)) if old.will_wake(waker) => None,
                    (Some(waker), _) => state.receiver.replace(waker.clone()),
                    (None, _) => None,
                };
                drop(state);
                drop(old);
                Poll::Pending
            }
            Ending::Failed(failure) => {
                drop(state);
                Poll::Ready(Some(Err(exception(failure))))
            }
            Ending::Closed => Poll::Ready(None),
        }
    }
}

/// The exception, made with a task's runtime, or with the lock taken for it.
fn exception(failure: Failure) -> OCamlException {
    if context::has_runtime() {
        return context::with_runtime(failure);
    }
    // Whoever has the handle may have unrooted values too.
    assert!(
        !OCamlRuntime::is_held(),
        "a channel has failed, and its exception cannot be made here: receive it in a task, outside of `with_runtime`, or on a \
         thread without OCaml's lock"
    );
    OCamlRuntime::with_domain_lock(failure)
}

impl<T> State<T> {
    fn is_open(&self) -> bool {
        matches!(self.ending, Ending::Open)
    }

    fn has_room(&self, capacity: usize) -> bool {
        self.buffer.len() + self.promised < capacity
    }

    /// Buffers the value; the receiver is to be woken.
    fn push(&mut self, value: T) -> Option<Waker> {
        self.buffer.push_back(value);
        self.receiver.take()
    }

    /// Promises a place that is free to the sender that has waited longest, which is to be woken.
    fn promise(&mut self, capacity: usize) -> Option<Waker> {
        if !self.has_room(capacity) {
            return None;
        }
        let key = self.order.pop_front()?;
        self.promised += 1;
        self.waiting.get_mut(key)?.waker.take()
    }

    /// Of all that wait for something.
    fn all_wakers(&mut self) -> Vec<Waker> {
        self.order.clear();
        let keys = self.waiting.keys();
        let senders = keys.into_iter().filter_map(|key| self.waiting.get_mut(key)?.waker.take());
        let mut wakers: Vec<_> = senders.collect();
        wakers.extend(self.receiver.take());
        wakers
    }
}

/// A value on its way. The error gives it back.
pub(super) struct Sending<T> {
    shared: Arc<Shared<T>>,
    value: Option<T>,
    /// Among those that wait.
    key: Option<Key>,
}

// The value is moved out when it is sent; nothing is pinned.
impl<T> Unpin for Sending<T> {}

impl<T> Sending<T> {
    pub(super) fn new(shared: Arc<Shared<T>>, value: T) -> Self {
        Sending { shared, value: Some(value), key: None }
    }
}

impl<T> Future for Sending<T> {
    type Output = Result<(), T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), T>> {
        let this = &mut *self;
        let shared = Arc::clone(&this.shared);
        let mut state = shared.lock();
        let mine = match this.key {
            None => state.order.is_empty() && state.has_room(shared.capacity),
            Some(key) => matches!(state.waiting.get_mut(key), Some(Waiting { waker: None })),
        };
        if !state.is_open() || mine {
            // When the channel is closed nobody counts any more.
            state.promised = state.promised.saturating_sub(usize::from(this.key.is_some()));
            if let Some(key) = this.key.take() {
                state.waiting.remove(key);
            }
            let value = this.value.take().expect("a future is not polled again after it was ready");
            if !state.is_open() {
                return Poll::Ready(Err(value));
            }
            let receiver = state.push(value);
            drop(state);
            receiver.into_iter().for_each(panics::wake);
            return Poll::Ready(Ok(()));
        }
        let waker = context.waker().clone();
        let old = match this.key {
            Some(key) => {
                state.waiting.get_mut(key).and_then(|waiting| waiting.waker.replace(waker))
            }
            None => {
                let key = state.waiting.insert(Waiting { waker: Some(waker) });
                state.order.push_back(key);
                this.key = Some(key);
                None
            }
        };
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl<T> Drop for Sending<T> {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let mut state = self.shared.lock();
        let waiting = state.waiting.remove(key);
        let mut next = None;
        match &waiting {
            // Its place is the next one's.
            Some(Waiting { waker: None }) if state.is_open() => {
                state.promised -= 1;
                next = state.promise(self.shared.capacity);
            }
            _ => state.order.retain(|other| *other != key),
        }
        drop(state);
        drop(waiting);
        next.into_iter().for_each(panics::wake);
    }
}
