//! Waiting for a task of Rust's own.

use crate::executor::{Executor, Message};
use crate::panics::{self, Panicked};
use crate::settlement::Settlement;
use crate::slab::Key;
use crate::task::{Completion, Lost, Outcome, Stage};
use core::any::Any;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Weak};

/// Waits for a task, as a future of its result.
///
/// Dropping it leaves the task running; [`abort`](JoinHandle::abort) drops the task's future.
pub struct JoinHandle<T> {
    state: Arc<Settlement<Result<T, JoinError>>>,
    executor: Weak<Executor>,
}

/// Why a task has no result: it panicked, or its future was dropped unfinished (it was aborted, its domain ended, or
/// nothing was left that could wake it), or the one thread that could poll it has ended.
pub struct JoinError {
    /// `None`: it was dropped.
    panicked: Option<Panicked>,
}

/// The task's end of a [`JoinHandle`].
pub(crate) struct Join<T>(Arc<Settlement<Result<T, JoinError>>>);

pub(crate) fn pair<T>(executor: &Arc<Executor>) -> (Join<T>, JoinHandle<T>) {
    let state = Arc::new(Settlement::new());
    (Join(Arc::clone(&state)), JoinHandle { state, executor: Arc::downgrade(executor) })
}

impl<T> JoinHandle<T> {
    /// Has the task's future dropped where it waits, from any thread. A task that is finished stays so.
    pub fn abort(&self) {
        if let Some(key) = self.state.abort()
            && let Some(executor) = self.executor.upgrade()
        {
            let target = Arc::clone(&executor);
            executor.send(Message::Job(Box::new(move |rt| target.cancel(rt, key))));
        }
    }

    /// Has the task finished?
    pub fn is_finished(&self) -> bool {
        self.state.is_settled()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.state.poll(context.waker())
    }
}

impl<T> Join<T> {
    fn finish(&self, result: Result<T, JoinError>) {
        settle(&self.0, result);
    }
}

impl<T: 'static> Completion<T> for Join<T> {
    fn complete(
        &mut self,
        _executor: &Arc<Executor>,
        _stage: Stage,
        outcome: Outcome<T>,
    ) -> Option<Outcome<T>> {
        self.finish(match outcome {
            Outcome::Value(value) => Ok(value),
            Outcome::Panic(panicked) => Err(JoinError { panicked: Some(panicked) }),
            Outcome::Dropped => Err(JoinError { panicked: None }),
        });
        None
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_aborted()
    }

    fn registered(&self, key: Key) {
        self.0.registered(key);
    }

    fn waiter(&self) -> Weak<dyn Lost> {
        Arc::downgrade(&self.0) as _
    }
}

impl<T> Lost for Settlement<Result<T, JoinError>> {
    fn lost(&self) {
        settle(self, Err(JoinError { panicked: None }));
    }
}

fn settle<T>(state: &Settlement<Result<T, JoinError>>, result: Result<T, JoinError>) {
    // What comes second, the end of a task that has finished, is nothing.
    if let Ok(Some(waker)) = state.settle(result) {
        panics::wake(waker);
    }
}

/// The task was never run: its executor has ended.
impl<T> Drop for Join<T> {
    fn drop(&mut self) {
        self.finish(Err(JoinError { panicked: None }));
    }
}

impl JoinError {
    /// Did the task panic?
    pub fn is_panic(&self) -> bool {
        self.panicked.is_some()
    }

    /// The payload of the panic, if it was one. Unwinding with it on this thread keeps the place of the panic, for
    /// the exception that it becomes in OCaml.
    pub fn into_panic(self) -> Option<Box<dyn Any + Send>> {
        self.panicked.map(Panicked::into_payload)
    }

    pub(crate) fn into_panicked(self) -> Option<Panicked> {
        self.panicked
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.panicked {
            Some(panicked) => match panicked.message() {
                Some(message) => write!(f, "the task panicked: {message}"),
                None => f.write_str("the task panicked"),
            },
            None => f.write_str("the task was dropped before it was finished"),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish()
    }
}
