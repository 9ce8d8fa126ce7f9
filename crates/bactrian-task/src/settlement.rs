//! How a task and those who wait for it, or give it up, agree on its end.

use crate::slab::Key;
use crate::sync::{AtomicBool, AtomicU64, Mutex, Ordering, PoisonError, fence};
use core::mem;
use core::task::{Poll, Waker};

/// The outcome of a task: settled once, taken once. What comes second is given back.
pub(crate) struct Settlement<T> {
    progress: Mutex<Progress<T>>,
    /// Somebody has asked to drop the future.
    aborted: AtomicBool,
    /// The bits of the key by which the waiting task can be cancelled; 0 until it waits.
    key: AtomicU64,
}

enum Progress<T> {
    Running(Option<Waker>),
    Done(T),
    Taken,
}

impl<T> Settlement<T> {
    pub(crate) fn new() -> Self {
        Settlement {
            progress: Mutex::new(Progress::Running(None)),
            aborted: AtomicBool::new(false),
            key: AtomicU64::new(0),
        }
    }

    fn with<R>(&self, body: impl FnOnce(&mut Progress<T>) -> R) -> R {
        body(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Settles it. The waker is the caller's to wake, with no lock held. The error: it was settled before.
    pub(crate) fn settle(&self, outcome: T) -> Result<Option<Waker>, T> {
        self.with(|progress| match progress {
            Progress::Running(waker) => {
                let waker = waker.take();
                *progress = Progress::Done(outcome);
                Ok(waker)
            }
            Progress::Done(_) | Progress::Taken => Err(outcome),
        })
    }

    /// Takes the outcome, or has `waker` woken when it is there.
    ///
    /// # Panics
    /// When it was taken before.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<T> {
        let (result, old) = self.with(|progress| match progress {
            Progress::Running(Some(known)) if known.will_wake(waker) => (Poll::Pending, None),
            Progress::Running(known) => (Poll::Pending, known.replace(waker.clone())),
            Progress::Done(_) => match mem::replace(progress, Progress::Taken) {
                Progress::Done(outcome) => (Poll::Ready(outcome), None),
                _ => unreachable!("just matched"),
            },
            Progress::Taken => panic!("a JoinHandle was polled again after it was ready"),
        });
        // The old waker is dropped here, with no lock held.
        drop(old);
        result
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.with(|progress| !matches!(progress, Progress::Running(_)))
    }

    /// Asks to drop the future, from any thread. What is returned is the key of the task that waits, to be sent to its domain; none:
    /// the task will see when it first has to wait.
    pub(crate) fn abort(&self) -> Option<Key> {
        self.aborted.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
        Key::from_bits(self.key.load(Ordering::Acquire))
    }

    /// The task waits, and can be cancelled by this key. Whether it was aborted is to be asked after that.
    pub(crate) fn registered(&self, key: Key) {
        self.key.store(key.to_bits(), Ordering::Release);
        fence(Ordering::SeqCst);
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }
}
