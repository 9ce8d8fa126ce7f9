//! A task: a future, what is to be done with its outcome, and the way to drop it early.

use crate::executor::Executor;
use crate::panics::{Panicked, guarded};
use crate::slab::Key;
use crate::thread::ThreadId;
use async_task::{Builder, Runnable, Task};
use bactrian_runtime::{BoxRoot, OCamlAny, OCamlException, OCamlRuntime};
use core::cell::{Cell, UnsafeCell};
use core::future::Future;
use core::marker::PhantomPinned;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::{Context, Poll, RawWakerVTable, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

pub(crate) type TaskRunnable = Runnable<Meta>;

/// What gives the outcome of a task that finished in its first poll.
pub(crate) type TaskHandle<R> = Task<Option<Outcome<R>>, Meta>;

/// What the executor keeps beside each future.
pub(crate) struct Meta {
    pub(crate) executor: Arc<Executor>,
    /// The one thread that may poll and drop the future; none: any of the domain.
    pub(crate) thread: ThreadId,
    /// The bits of the task's key; 0 until its first poll has not finished it.
    key: AtomicU64,
    /// Nothing of the user's is left: the rest may be dropped on any thread.
    finished: AtomicBool,
    /// Who waits for the task, in Rust, and is to be told when its thread has ended.
    waiter: Waiter,
}

/// Weak, so that the outcome that it may hold is never dropped with the task, whose last part any thread may drop.
struct Waiter(Weak<dyn Lost>);

// SAFETY: it is used with the lock of the domain held, while the task has no outcome, and gives it the one that holds nothing of
// the user's, or rejects a promise of OCaml: so nothing that is not `Send` is there to be touched or dropped.
unsafe impl Send for Waiter {}
// SAFETY: likewise.
unsafe impl Sync for Waiter {}

/// Who waits for a task.
pub(crate) trait Lost {
    /// The task will not be polled again, and its future not be dropped.
    fn lost(&self);
}

/// Nobody.
struct Nobody;

impl Lost for Nobody {
    fn lost(&self) {}
}

impl Meta {
    /// Tells who waits that the task is given up. With the lock held, so that it does not finish meanwhile.
    pub(crate) fn abandon(&self) {
        if let Some(waiter) = self.waiter.0.upgrade() {
            waiter.lost();
        }
    }

    #[inline]
    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    #[inline]
    pub(crate) fn key(&self) -> Option<Key> {
        Key::from_bits(self.key.load(Ordering::Relaxed))
    }
}

/// How a task ended.
pub(crate) enum Outcome<R> {
    Value(R),
    Panic(Panicked),
    /// The future was dropped before it was ready.
    Dropped,
}

/// A task that waits, as the executor knows it.
pub(crate) struct Entry {
    pub(crate) body: Option<NonNull<dyn Body>>,
    /// As [`Meta::thread`].
    pub(crate) thread: ThreadId,
    /// OCaml's promise, for tasks that have one.
    pub(crate) promise: Option<Unsettled>,
}

/// A promise of OCaml that a task is to settle.
pub(crate) struct Unsettled {
    pub(crate) resolver: BoxRoot<OCamlAny>,
    /// Who made it.
    pub(crate) function: &'static str,
    pub(crate) reject: Reject,
}

/// Rejects a promise by its resolver. The error is an exception that escaped a continuation and the hook.
pub(crate) type Reject =
    fn(&mut OCamlRuntime, BoxRoot<OCamlAny>, &OCamlException) -> Result<(), OCamlException>;

/// How far a task had come when it ended.
pub(crate) enum Stage {
    /// In its first poll.
    First,
    /// It was known to its executor, under this entry.
    Waiting(Entry),
    /// It had been cancelled by its key.
    Cancelled,
}

/// What is done with the outcome of a task. Called once, with the lock held and the future dropped.
pub(crate) trait Completion<R> {
    /// Hands the outcome on, or gives it back to whoever makes the first poll.
    fn complete(
        &mut self,
        executor: &Arc<Executor>,
        stage: Stage,
        outcome: Outcome<R>,
    ) -> Option<Outcome<R>>;

    /// Has somebody asked to drop the future?
    fn is_cancelled(&self) -> bool {
        false
    }

    /// The task waits, and can be cancelled by this key.
    fn registered(&self, _key: Key) {}

    /// Who is told when the task is given up, if that is not a promise of its [`Entry`].
    fn waiter(&self) -> Weak<dyn Lost> {
        Weak::<Nobody>::new()
    }
}

/// A future that can be dropped where it waits.
pub(crate) trait Body {
    /// Drops the future, now, or when the poll that is under way returns. What is returned keeps the task, and so
    /// `self`, alive: the caller drops it.
    fn cancel(&self) -> Option<Waker>;

    /// Tells who waits that the future will neither be polled nor dropped.
    fn abandon(&self);
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Polling,
    /// Cancelled by what its own poll called.
    Cancelled,
    /// `cancel` is dropping the future, whose destructor may let other threads of the domain run.
    Dropping,
    /// The future is gone.
    Finished,
}

/// The future that `async-task` polls: the user's, with all that can go wrong around it.
struct Slot<F: Future, C: Completion<F::Output>> {
    future: UnsafeCell<ManuallyDrop<F>>,
    /// `None`: has been called.
    completion: UnsafeCell<Option<C>>,
    state: Cell<State>,
    meta: NonNull<Meta>,
    /// The parts of the task's waker, which count for no reference: see `cancel`.
    waker: Cell<Option<(*const (), &'static RawWakerVTable)>>,
    /// `cancel` comes through a pointer while `async-task` has its own.
    _pinned: PhantomPinned,
}

/// Makes a task, to be run for the first time with [`Runnable::run`].
///
/// It is polled and dropped by `thread` alone, which is the current one, or, if that is none, by any thread of the domain:
/// only for a future that is `Send`.
///
/// A task that nothing can wake any more is dropped, once its `Task` is detached: a promise is never left pending
/// because its future is out of reach.
pub(crate) fn spawn<F, C>(
    executor: Arc<Executor>,
    thread: ThreadId,
    future: F,
    completion: C,
) -> (TaskRunnable, TaskHandle<F::Output>)
where
    F: Future + 'static,
    C: Completion<F::Output> + 'static,
{
    // SAFETY: tasks are made with the lock of their domain held.
    unsafe { executor.local() }.bound += usize::from(thread != ThreadId::NONE);
    let meta = Meta {
        executor,
        thread,
        key: AtomicU64::new(0),
        finished: AtomicBool::new(false),
        waiter: Waiter(completion.waiter()),
    };
    let body = |meta: &Meta| Slot {
        future: UnsafeCell::new(ManuallyDrop::new(future)),
        completion: UnsafeCell::new(Some(completion)),
        state: Cell::new(State::Waiting),
        meta: NonNull::from(meta),
        waker: Cell::new(None),
        _pinned: PhantomPinned,
    };
    // SAFETY: the future need not be `Send`: then the task is bound, and polled and dropped by its own thread only. Others
    // are so by the executor's domain only, with its lock held. A runnable is run by a tick or by the call that made it, and
    // what drops a future outside of a run is scheduled by `async-task` as one more run. A runnable that would be dropped
    // elsewhere is leaked. Future and schedule function own all that they use.
    unsafe { Builder::new().metadata(meta).spawn_unchecked(body, Executor::schedule) }
}

/// Polls a task once. With the lock held and a frame of its executor entered.
pub(crate) fn run(runnable: TaskRunnable) {
    // When the poll leaves no waker behind, dropping this last one makes `async-task` schedule the drop of
    // the future; without it the memory would be freed and the future forgotten.
    let last = runnable.waker();
    runnable.run();
    drop(last);
}

impl<F: Future, C: Completion<F::Output>> Slot<F, C> {
    fn meta(&self) -> &Meta {
        // SAFETY: the metadata lives in the same allocation, and is dropped after the future.
        unsafe { self.meta.as_ref() }
    }

    /// Drops the user's future. `state` must have said that it is there and not being polled, and say now that it is not: that is
    /// for the caller to set.
    fn drop_future(&self) {
        // SAFETY: as the caller says, the future is there, and nobody reaches it any more. It has not been moved since it was
        // pinned.
        guarded(|| unsafe { ManuallyDrop::drop(&mut *self.future.get()) });
        let meta = self.meta();
        // SAFETY: tasks are dropped with the lock of their domain held.
        let mut local = unsafe { meta.executor.local() };
        // It starts anew when Lwt's loop has left a thread that ended.
        local.bound = local.bound.saturating_sub(usize::from(meta.thread != ThreadId::NONE));
    }

    /// Takes the task out of the executor's books, and hands its outcome on.
    fn finish(&self, outcome: Outcome<F::Output>) -> Option<Outcome<F::Output>> {
        let meta = self.meta();
        let stage = match meta.key() {
            None => Stage::First,
            // SAFETY: tasks are polled and dropped with the lock of their domain held.
            Some(key) => match unsafe { meta.executor.local() }.tasks.remove(key) {
                Some(entry) => Stage::Waiting(entry),
                None => Stage::Cancelled,
            },
        };
        // SAFETY: only `poll`, `cancel` and `drop` get here, each when it has set `state` to `Finished` or `Dropping`, which keeps
        // the others away; the borrow ends before anything else runs.
        let completion = unsafe { &mut *self.completion.get() }.take();
        let mut completion = completion.expect("`state` says that it has not been called");
        let outcome = completion.complete(&meta.executor, stage, outcome);
        // It may own what it was given, whose destructor may panic.
        guarded(|| drop(completion));
        // First: whoever wakes the task from now on drops it, on any thread, without the lock.
        self.state.set(State::Finished);
        meta.finished.store(true, Ordering::Release);
        outcome
    }

    fn is_cancelled(&self) -> bool {
        if self.state.get() == State::Cancelled {
            return true;
        }
        // SAFETY: `finish`, which takes it mutably, has not been called.
        let completion = unsafe { &*self.completion.get() };
        completion.as_ref().is_some_and(Completion::is_cancelled)
    }
}

impl<F: Future + 'static, C: Completion<F::Output> + 'static> Slot<F, C> {
    /// Makes the waiting task known to its executor.
    fn register(&self, waker: &Waker) {
        let meta = self.meta();
        if meta.key().is_some() {
            return;
        }
        self.waker.set(Some((waker.data(), waker.vtable())));
        let body: NonNull<dyn Body> = NonNull::from(self);
        // SAFETY: tasks are polled with the lock of their domain held.
        let mut local = unsafe { meta.executor.local() };
        let key =
            local.tasks.insert(Entry { body: Some(body), thread: meta.thread, promise: None });
        drop(local);
        meta.key.store(key.to_bits(), Ordering::Relaxed);
        // SAFETY: as in `is_cancelled`.
        if let Some(completion) = unsafe { &*self.completion.get() } {
            completion.registered(key);
        }
    }
}

impl<F: Future + 'static, C: Completion<F::Output> + 'static> Future for Slot<F, C> {
    type Output = Option<Outcome<F::Output>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.into_ref().get_ref();
        match this.state.get() {
            State::Finished => return Poll::Ready(None),
            // `cancel` is at it in another thread, or below us on this stack, and needs the slot until it is done. It has a
            // waker, so the task stays, and is run once more when that one goes.
            State::Dropping => return Poll::Pending,
            State::Waiting | State::Polling | State::Cancelled => {}
        }
        if this.is_cancelled() {
            this.state.set(State::Finished);
            this.drop_future();
            return Poll::Ready(this.finish(Outcome::Dropped));
        }
        this.state.set(State::Polling);
        // SAFETY: the future is pinned with the slot, and `state` keeps `cancel` from it.
        let future = unsafe { Pin::new_unchecked(&mut **this.future.get()) };
        let polled = catch_unwind(AssertUnwindSafe(|| future.poll(context)));
        let outcome = match polled {
            Ok(Poll::Ready(value)) => Outcome::Value(value),
            Ok(Poll::Pending) => {
                if this.state.get() != State::Cancelled {
                    this.register(context.waker());
                    if !this.is_cancelled() {
                        this.state.set(State::Waiting);
                        return Poll::Pending;
                    }
                }
                Outcome::Dropped
            }
            Err(payload) => Outcome::Panic(Panicked::caught(payload)),
        };
        this.state.set(State::Finished);
        this.drop_future();
        Poll::Ready(this.finish(outcome))
    }
}

impl<F: Future, C: Completion<F::Output>> Body for Slot<F, C> {
    fn cancel(&self) -> Option<Waker> {
        match self.state.get() {
            State::Waiting => {
                // The future may own the task's last waker, and its destructor may let others run, who
                // would free the task under our feet: keep it.
                let alive = self.waker.get().map(|(data, vtable)| {
                    // SAFETY: the parts are those of the task's waker, and the task is alive: it is in the slab, or was
                    // when the caller took it out, with the lock held since. The one that is not counted is not dropped.
                    let uncounted = ManuallyDrop::new(unsafe { Waker::new(data, vtable) });
                    Waker::clone(&uncounted)
                });
                self.state.set(State::Dropping);
                self.drop_future();
                self.finish(Outcome::Dropped);
                alive
            }
            State::Polling => {
                self.state.set(State::Cancelled);
                None
            }
            State::Cancelled | State::Dropping | State::Finished => None,
        }
    }

    fn abandon(&self) {
        self.meta().abandon();
    }
}

impl<F: Future, C: Completion<F::Output>> Drop for Slot<F, C> {
    fn drop(&mut self) {
        if self.state.get() != State::Finished {
            self.state.set(State::Finished);
            self.drop_future();
            self.finish(Outcome::Dropped);
        }
    }
}
