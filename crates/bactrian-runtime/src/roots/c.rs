//! What the C API finds of each thread. The crate `bactrian-c` is the only user.

use super::stack::RootStack;
use super::thread;
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr::null_mut;

/// The roots of C on one thread, and what is current there. `rcaml.h` declares the same layout.
#[repr(C)]
pub struct CThread {
    /// The roots. C may write a slot at any time, so this stack has no watermark.
    pub stack: RootStack,
    /// The innermost frame (region, call into OCaml, released section …), or null. On C's stack, or boxed.
    pub frame: Cell<*mut c_void>,
}

impl CThread {
    pub(super) const fn new() -> Self {
        Self { stack: RootStack::rewritable(), frame: Cell::new(null_mut()) }
    }

    /// That of this thread, made at the first call, which takes the domain's lock.
    ///
    /// # Panics
    /// At the first call on a thread that does not hold its domain's lock.
    #[inline]
    pub fn current() -> &'static Self {
        thread::c_thread()
    }
}
