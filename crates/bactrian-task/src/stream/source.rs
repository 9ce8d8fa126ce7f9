//! A stream of Rust that OCaml reads, and the tasks that ask it for an element.

use super::remote::{self, Pledge};
use crate::context;
use crate::domain_cell::DomainCell;
use crate::executor::{Executor, Message};
use crate::export::{self, Convert, Promises};
use crate::panics::{Panicked, guarded};
use crate::slab::Key;
use crate::thread::ThreadId;
use bactrian_runtime::{OCamlException, OCamlRuntime, RawOCaml};
use core::future::Future;
use core::marker::PhantomData;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_core::Stream;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// A stream that OCaml knows by a key of its executor.
pub(crate) trait Source {
    /// The one thread that may poll and drop it; none: any of the domain.
    fn thread(&self) -> ThreadId;

    /// A promise of the next element. On the stream's domain, and its thread.
    fn pull(
        self: Arc<Self>,
        rt: &mut OCamlRuntime,
        executor: Arc<Executor>,
    ) -> Result<RawOCaml, OCamlException>;

    /// Starts a task that settles somebody else's promise with the next element. On the stream's domain, in a frame.
    fn pull_for(self: Arc<Self>, pledge: Pledge);

    /// Drops the stream, now, or when the poll that is under way returns. On its domain, and its thread.
    fn close(&self);
}

struct Core<P, S: Stream> {
    function: &'static str,
    executor: Arc<Executor>,
    thread: ThreadId,
    convert: Convert<Option<S::Item>>,
    place: DomainCell<Place<S>>,
    /// Under which the executor has it; 0 before it has.
    key: DomainCell<Option<Key>>,
    _promises: PhantomData<P>,
}

/// Where the stream is. While it is polled or dropped it is in nobody's hands but those of whoever does so.
enum Place<S> {
    Here(Pin<Box<S>>),
    Polled,
    /// Polled, and to be dropped then.
    Closing,
    Gone,
}

/// Makes a stream known to its executor, for pulls with this key. With the lock of the domain held.
pub(super) fn register<P: Promises, S: Stream + 'static>(
    rt: &OCamlRuntime,
    executor: &Arc<Executor>,
    thread: ThreadId,
    function: &'static str,
    stream: S,
    convert: Convert<Option<S::Item>>,
) -> Key {
    let _ = rt;
    let core = Arc::new(Core::<P, S> {
        function,
        executor: Arc::clone(executor),
        thread,
        convert,
        place: DomainCell::new(Place::Here(Box::pin(stream))),
        key: DomainCell::new(None),
        _promises: PhantomData,
    });
    // SAFETY: the handle proves that the lock is held.
    let mut local = unsafe { executor.local() };
    local.bound += usize::from(thread != ThreadId::NONE);
    let key = local.streams.insert(Arc::clone(&core) as Arc<dyn Source>);
    drop(local);
    // SAFETY: as above.
    *unsafe { core.key.borrow() } = Some(key);
    key
}

impl<P, S: Stream> Core<P, S> {
    /// Drops the stream, which is not in its place any more.
    fn discard(&self, stream: Pin<Box<S>>) {
        guarded(|| drop(stream));
        // SAFETY: streams are polled and closed with the lock of their domain held.
        let mut local = unsafe { self.executor.local() };
        local.bound = local.bound.saturating_sub(usize::from(self.thread != ThreadId::NONE));
    }

    /// Puts the stream back after a poll. `None`: it was closed meanwhile, and is dropped.
    fn put_back(&self, stream: Pin<Box<S>>) -> Option<()> {
        // SAFETY: as above; nothing is run in the borrow.
        let mut place = unsafe { self.place.borrow() };
        if matches!(*place, Place::Closing) {
            *place = Place::Gone;
            drop(place);
            self.discard(stream);
            return None;
        }
        *place = Place::Here(stream);
        Some(())
    }

    /// The stream has given its last element.
    fn finish(&self, stream: Pin<Box<S>>) {
        // SAFETY: as above.
        *unsafe { self.place.borrow() } = Place::Gone;
        // SAFETY: as above.
        let key = unsafe { self.key.borrow() }.take();
        // SAFETY: as above. What comes out of the slab is dropped outside the borrow; the caller has the core too.
        let known = key.and_then(|key| unsafe { self.executor.local() }.streams.remove(key));
        drop(known);
        self.discard(stream);
    }

    /// Asks the stream, in a task of its domain that its thread polls.
    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        // SAFETY: as above.
        let mut place = unsafe { self.place.borrow() };
        let mut stream = match mem::replace(&mut *place, Place::Polled) {
            Place::Here(stream) => stream,
            Place::Gone => {
                *place = Place::Gone;
                return Poll::Ready(None);
            }
            busy => {
                *place = busy;
                drop(place);
                panic!(
                    "the stream of {} was asked for an element by what it calls to make one",
                    self.function
                );
            }
        };
        drop(place);
        match catch_unwind(AssertUnwindSafe(|| stream.as_mut().poll_next(context))) {
            Ok(Poll::Pending) => match self.put_back(stream) {
                Some(()) => Poll::Pending,
                None => Poll::Ready(None),
            },
            Ok(Poll::Ready(Some(item))) => match self.put_back(stream) {
                Some(()) => Poll::Ready(Some(item)),
                None => {
                    guarded(|| drop(item));
                    Poll::Ready(None)
                }
            },
            Ok(Poll::Ready(None)) => {
                self.finish(stream);
                Poll::Ready(None)
            }
            Err(payload) => {
                let panicked = Panicked::caught(payload);
                self.finish(stream);
                resume_unwind(panicked.into_payload())
            }
        }
    }
}

/// The next element.
struct Next<P, S: Stream> {
    core: Arc<Core<P, S>>,
}

impl<P, S: Stream> Future for Next<P, S> {
    type Output = Option<S::Item>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.core.poll(context)
    }
}

impl<P: Promises, S: Stream + 'static> Source for Core<P, S> {
    fn thread(&self) -> ThreadId {
        self.thread
    }

    fn pull(
        self: Arc<Self>,
        rt: &mut OCamlRuntime,
        executor: Arc<Executor>,
    ) -> Result<RawOCaml, OCamlException> {
        let (thread, function, convert) = (self.thread, self.function, self.convert);
        let next = Next { core: self };
        export::start::<P, Option<S::Item>>(rt, executor, thread, function, next, convert)
    }

    fn pull_for(self: Arc<Self>, pledge: Pledge) {
        let (thread, function, convert) = (self.thread, self.function, self.convert);
        let executor = Arc::clone(&self.executor);
        remote::start(&executor, thread, function, Next { core: self }, convert, pledge);
    }

    fn close(&self) {
        // SAFETY: as above; the stream is dropped outside the borrow.
        let mut place = unsafe { self.place.borrow() };
        match mem::replace(&mut *place, Place::Gone) {
            Place::Here(stream) => {
                drop(place);
                self.discard(stream);
            }
            Place::Polled | Place::Closing => *place = Place::Closing,
            Place::Gone => {}
        }
    }
}

impl<P, S: Stream> Drop for Core<P, S> {
    fn drop(&mut self) {
        // It was not closed, so its thread or domain has ended, which alone could have dropped it.
        if let Place::Here(stream) = mem::replace(self.place.get_mut(), Place::Gone) {
            mem::forget(stream);
        }
    }
}

impl Executor {
    /// The stream of this key, unless it has ended.
    pub(crate) fn stream(&self, _rt: &OCamlRuntime, key: Key) -> Option<Arc<dyn Source>> {
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.local() }.streams.get_mut(key).map(|source| Arc::clone(source))
    }

    /// Drops a stream by its key: at once, or, when it is another thread's, soon.
    pub(crate) fn close_stream(self: &Arc<Self>, rt: &mut OCamlRuntime, key: Key) {
        let Some(thread) = self.stream(rt, key).map(|source| source.thread()) else { return };
        if thread != ThreadId::NONE && thread != ThreadId::current() {
            return self.hand_over(rt, Message::Close(thread, key));
        }
        // SAFETY: as above; the stream is dropped outside the borrow.
        let source = unsafe { self.local() }.streams.remove(key);
        if let Some(source) = source {
            context::enter(self, rt, || {
                source.close();
                drop(source);
            });
        }
    }

    /// Drops all streams that this thread may drop.
    pub(crate) fn close_streams(self: &Arc<Self>, rt: &mut OCamlRuntime) {
        // SAFETY: as above.
        let keys = unsafe { self.local() }.streams.keys();
        for key in keys {
            let thread = self.stream(rt, key).map(|source| source.thread());
            if thread
                .is_some_and(|thread| thread == ThreadId::NONE || thread == ThreadId::current())
            {
                self.close_stream(rt, key);
            }
        }
    }

    /// Forgets a stream whose thread has ended, and leaks it: it was that thread's.
    pub(crate) fn abandon_stream(&self, _rt: &OCamlRuntime, key: Key) {
        // SAFETY: as above; dropped outside the borrow.
        let mut local = unsafe { self.local() };
        let source = local.streams.remove(key);
        local.bound = local.bound.saturating_sub(usize::from(source.is_some()));
        drop(local);
        drop(source);
    }
}
