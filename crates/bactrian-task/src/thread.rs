//! Threads, told apart.

use crate::executor;
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A thread. Unlike an address or a number of the system, never given to another one later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ThreadId(u64);

/// The threads that have a number and run.
static LIVING: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

thread_local! {
    static ID: Cell<u64> = const { Cell::new(0) };
    /// Something was made that this thread alone may poll and drop.
    static BINDS: Cell<bool> = const { Cell::new(false) };
    /// Notes the end of the thread.
    static END: End = const { End };
}

struct End;

impl Drop for End {
    fn drop(&mut self) {
        LIVING.lock().unwrap_or_else(PoisonError::into_inner).remove(&ID.get());
        if BINDS.get() {
            executor::thread_ended(ThreadId(ID.get()));
        }
    }
}

impl ThreadId {
    /// No thread.
    pub(crate) const NONE: Self = ThreadId(0);

    #[inline]
    pub(crate) fn current() -> Self {
        match ID.get() {
            0 => Self::first(),
            id => ThreadId(id),
        }
    }

    #[cold]
    fn first() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        ID.set(id);
        // A thread that is being torn down has no place for it; it is as good as gone.
        if END.try_with(|_| ()).is_ok() {
            LIVING.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        }
        ThreadId(id)
    }

    /// This thread, for what it alone may poll and drop: what waits then is given up when it ends.
    #[inline]
    pub(crate) fn binding() -> Self {
        let current = Self::current();
        BINDS.set(true);
        current
    }

    /// Does the thread still run?
    pub(crate) fn is_alive(self) -> bool {
        LIVING.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.0)
    }
}

/// A thread that others may look at.
pub(crate) struct AtomicThreadId(AtomicU64);

impl AtomicThreadId {
    pub(crate) const fn none() -> Self {
        AtomicThreadId(AtomicU64::new(0))
    }

    #[inline]
    pub(crate) fn get(&self) -> ThreadId {
        ThreadId(self.0.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn set(&self, thread: ThreadId) {
        self.0.store(thread.0, Ordering::Relaxed);
    }
}
