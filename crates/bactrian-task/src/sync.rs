//! What the protocols between threads are made of, in one place, so that `tests/loom.rs` can put loom's atomics and locks
//! under the same source files.
//!
//! Where two threads each write one word and then read the other's, a `fence(SeqCst)` stands between the two.

pub(crate) use bactrian_io::{Handle as Bell, Inbox};
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
pub(crate) use std::sync::{Arc, Mutex, PoisonError};
pub(crate) use std::thread::{Thread, current};
