//! What the headers call when their inline paths do not suffice.

use bactrian_runtime::c::{CHUNK, CThread, Forget};
use bactrian_runtime::ffi::mlvalues::{RawOCaml, UNIT};

/// The roots of C on this thread, for a C object that keeps the pointer until `forget` is called. The first call takes
/// the domain's lock. `chunk` is what the header takes for the size of a chunk.
#[unsafe(no_mangle)]
extern "C" fn bactrian_c_thread(forget: Forget, chunk: usize) -> *const CThread {
    assert!(
        chunk == CHUNK,
        "bactrian-c: this program was compiled with headers of another version than its library; compile it again"
    );
    let thread = CThread::current();
    thread.copied(forget);
    thread
}

/// `rcaml_root` when the chunk is full.
#[unsafe(no_mangle)]
extern "C" fn bactrian_c_root_slow() -> *mut RawOCaml {
    CThread::current().stack.push(UNIT).as_ptr()
}
