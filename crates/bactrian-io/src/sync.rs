//! The atomics of the wake-up protocol, in one place, so that `tests/loom.rs` can put loom's
//! under the same source files.

pub use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
