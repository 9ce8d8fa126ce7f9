//! Values that are counted, when they are made and when they are dropped: what leaks or is dropped twice shows in the numbers.

use std::sync::atomic::{AtomicI64, Ordering};

/// How many values there have been, of one topic.
pub struct Count {
    made: AtomicI64,
    dropped: AtomicI64,
}

impl Count {
    pub const fn new() -> Self {
        Count { made: AtomicI64::new(0), dropped: AtomicI64::new(0) }
    }

    /// A value more.
    pub fn one(&'static self) -> Counted {
        self.made.fetch_add(1, Ordering::SeqCst);
        Counted(self)
    }

    pub fn made(&self) -> i64 {
        self.made.load(Ordering::SeqCst)
    }

    pub fn dropped(&self) -> i64 {
        self.dropped.load(Ordering::SeqCst)
    }
}

/// A value that is counted.
pub struct Counted(&'static Count);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}
