//! Waiting for a task of Rust's own.

use crate::executor::{Executor, Message};
use crate::panics::{self, Panicked};
use crate::slab::Key;
use crate::task::{Completion, Outcome, Stage};
use core::any::Any;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Waits for a task, as a future of its result.
///
/// Dropping it leaves the task running; [`abort`](JoinHandle::abort) drops the task's future.
pub struct JoinHandle<T> {
    state: Arc<State<T>>,
    executor: Weak<Executor>,
}

/// Why a task has no result: it panicked, or its future was dropped unfinished (it was aborted, its domain ended, or
/// nothing was left that could wake it).
pub struct JoinError {
    /// `None`: it was dropped.
    panicked: Option<Panicked>,
}

pub(crate) struct State<T> {
    progress: Mutex<Progress<T>>,
    aborted: AtomicBool,
    key: AtomicU64,
}

enum Progress<T> {
    Running(Option<Waker>),
    Done(Result<T, JoinError>),
    Taken,
}

/// The task's end of a [`JoinHandle`].
pub(crate) struct Join<T>(Arc<State<T>>);

pub(crate) fn pair<T>(executor: &Arc<Executor>) -> (Join<T>, JoinHandle<T>) {
    let state = Arc::new(State {
        progress: Mutex::new(Progress::Running(None)),
        aborted: AtomicBool::new(false),
        key: AtomicU64::new(0),
    });
    (Join(Arc::clone(&state)), JoinHandle { state, executor: Arc::downgrade(executor) })
}

impl<T> State<T> {
    fn with<R>(&self, body: impl FnOnce(&mut Progress<T>) -> R) -> R {
        body(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn finish(&self, result: Result<T, JoinError>) {
        let before = self.with(|progress| match progress {
            Progress::Running(_) => core::mem::replace(progress, Progress::Done(result)),
            _ => Progress::Taken,
        });
        if let Progress::Running(Some(waker)) = before {
            panics::wake(waker);
        }
    }
}

impl<T> JoinHandle<T> {
    /// Has the task's future dropped where it waits, from any thread. A task that is finished stays so.
    pub fn abort(&self) {
        self.state.aborted.store(true, Ordering::SeqCst);
        let Some(key) = Key::from_bits(self.state.key.load(Ordering::SeqCst)) else {
            // Not polled yet: the first poll finds the flag.
            return;
        };
        if let Some(executor) = self.executor.upgrade() {
            let target = Arc::clone(&executor);
            executor.send(Message::Job(Box::new(move |rt| target.cancel(rt, key))));
        }
    }

    /// Has the task finished?
    pub fn is_finished(&self) -> bool {
        self.state.with(|progress| !matches!(progress, Progress::Running(_)))
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (result, old) = self.state.with(|progress| match progress {
            Progress::Running(waker) => {
                if waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                    return (Poll::Pending, None);
                }
                (Poll::Pending, waker.replace(context.waker().clone()))
            }
            Progress::Done(_) => match core::mem::replace(progress, Progress::Taken) {
                Progress::Done(result) => (Poll::Ready(result), None),
                _ => unreachable!("just matched"),
            },
            Progress::Taken => panic!("a JoinHandle was polled again after it was ready"),
        });
        // The old waker is dropped here, with no lock held.
        drop(old);
        result
    }
}

impl<T> Completion<T> for Join<T> {
    fn complete(
        &mut self,
        _executor: &Arc<Executor>,
        _stage: Stage,
        outcome: Outcome<T>,
    ) -> Option<Outcome<T>> {
        self.0.finish(match outcome {
            Outcome::Value(value) => Ok(value),
            Outcome::Panic(panicked) => Err(JoinError { panicked: Some(panicked) }),
            Outcome::Dropped => Err(JoinError { panicked: None }),
        });
        None
    }

    fn is_cancelled(&self) -> bool {
        self.0.aborted.load(Ordering::SeqCst)
    }

    fn registered(&self, key: Key) {
        self.0.key.store(key.to_bits(), Ordering::SeqCst);
    }
}

/// The task was never run: its executor has ended.
impl<T> Drop for Join<T> {
    fn drop(&mut self) {
        self.0.finish(Err(JoinError { panicked: None }));
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
