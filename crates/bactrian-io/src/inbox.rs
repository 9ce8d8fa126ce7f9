//! A lock-free queue from many threads to one.

use crate::sync::{AtomicPtr, Ordering};
use std::ptr;

/// What other threads have for one event loop: pushed by any of them, drained by the loop.
///
/// A Treiber stack that is always taken as a whole, and so needs no protection against
/// reuse of nodes. Each push allocates one node. Order is kept: what one thread pushed first
/// is drained first.
///
/// ```
/// let inbox = bactrian_io::Inbox::new();
/// inbox.push(1);
/// inbox.push(2);
/// assert_eq!(inbox.drain().collect::<Vec<_>>(), [1, 2]);
/// ```
pub struct Inbox<T> {
    head: AtomicPtr<Node<T>>,
}

struct Node<T> {
    value: T,
    next: *mut Node<T>,
}

// SAFETY: values only move through the inbox, from one thread to another; a node is
// reached by its pusher until the exchange that publishes it, and by one drain afterwards.
unsafe impl<T: Send> Send for Inbox<T> {}
// SAFETY: as above; no `&T` is ever handed out.
unsafe impl<T: Send> Sync for Inbox<T> {}

impl<T> Inbox<T> {
    /// An empty inbox.
    pub fn new() -> Self {
        Inbox { head: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Adds `value`, from any thread.
    pub fn push(&self, value: T) {
        let node = Box::into_raw(Box::new(Node { value, next: ptr::null_mut() }));
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            // SAFETY: the node is ours until the exchange below succeeds.
            unsafe { (*node).next = head };
            match self.head.compare_exchange_weak(head, node, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Is there nothing to drain, as far as this thread knows?
    pub fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed).is_null()
    }

    /// Takes all that is there, oldest first.
    pub fn drain(&self) -> Drain<T> {
        let mut newest = self.head.swap(ptr::null_mut(), Ordering::Acquire);
        let mut oldest = ptr::null_mut();
        while !newest.is_null() {
            // SAFETY: the swap above made the whole chain ours.
            let next = unsafe { std::mem::replace(&mut (*newest).next, oldest) };
            oldest = newest;
            newest = next;
        }
        Drain { next: oldest }
    }
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Inbox::new()
    }
}

impl<T> Drop for Inbox<T> {
    fn drop(&mut self) {
        drop(self.drain());
    }
}

/// The values that one [`Inbox::drain`] took. What is not consumed is dropped with it.
pub struct Drain<T> {
    next: *mut Node<T>,
}

// SAFETY: a `Drain` owns its chain of nodes alone.
unsafe impl<T: Send> Send for Drain<T> {}

impl<T> Iterator for Drain<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.next.is_null() {
            return None;
        }
        // SAFETY: a node of the chain that we own, allocated by `Box` in `push`.
        let node = unsafe { Box::from_raw(self.next) };
        self.next = node.next;
        Some(node.value)
    }
}

impl<T> Drop for Drain<T> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}
