//! What the headers call when their inline paths do not suffice.

use crate::frame::Frame;
use bactrian_runtime::c::CThread;
use bactrian_runtime::ffi::mlvalues::{RawOCaml, UNIT};

/// The roots of C on this thread. Made by the first call, which takes the domain's lock.
#[unsafe(no_mangle)]
extern "C" fn bactrian_c_thread() -> *const CThread {
    CThread::current()
}

/// `rcaml_root` when the chunk is full.
#[unsafe(no_mangle)]
extern "C" fn bactrian_c_root_slow() -> *mut RawOCaml {
    CThread::current().stack.push(UNIT).as_ptr()
}

/// Drops the roots made since a frame was entered, when that was in another chunk.
///
/// # Safety
/// The frame must be an entered one of this thread.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_leave_slow(frame: *const Frame) {
    // SAFETY: passed on.
    CThread::current().stack.leave(unsafe { (*frame).mark });
}
