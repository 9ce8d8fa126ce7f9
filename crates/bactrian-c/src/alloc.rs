//! Blocks of the major heap, and what happens when there is no room for one.
//!
//! The runtime's own functions raise then, over the regions of the caller, which stay as they are.

use crate::checked;
use bactrian_runtime::ffi::alloc::{caml_alloc, caml_alloc_shr_noexc, caml_alloc_small};
use bactrian_runtime::ffi::domain_state::{self, MAX_YOUNG_WOSIZE};
use bactrian_runtime::ffi::fail::{caml_exception_out_of_memory, caml_raise};
use bactrian_runtime::ffi::mlvalues::{RawOCaml, UNIT, tag};

/// `Max_wosize`: what a header has room for.
const MAX_WOSIZE: usize = (1 << 54) - 1;

/// A block whose fields hold `()`, or are not set when the tag says that they are no values. 0 when there is no room.
///
/// # Safety
/// The domain's lock must be held. May collect.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_alloc(size: usize, tag: usize) -> RawOCaml {
    let tag = (tag & 255) as u8;
    if size > MAX_WOSIZE {
        return 0;
    }
    // SAFETY: the lock is held; the fields are set before anything else can collect.
    unsafe {
        if size == 0 {
            return caml_alloc(0, tag);
        }
        // Blocks of the major heap come without a look at what waits to be done; a loop that makes nothing else would
        // never collect. So collect first, when the runtime asks for it.
        let state = domain_state::current();
        if (domain_state::young_ptr(state) as usize) < domain_state::young_limit(state) {
            *(caml_alloc_small(1, 0) as *mut RawOCaml) = UNIT;
        }
        let block = caml_alloc_shr_noexc(size, tag);
        if block != 0 && tag < tag::NO_SCAN {
            for index in 0..size {
                (block as *mut RawOCaml).add(index).write(UNIT);
            }
        }
        block
    }
}

/// Leaves every region that was entered since OCaml called, and raises `Out_of_memory`.
///
/// # Safety
/// The domain's lock must be held, and OCaml have called the C function that calls this.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_no_memory() -> ! {
    checked::leave_all();
    // SAFETY: the exception is a static one; this frame has nothing to drop. In release mode the next region finds
    // what was left on the stack.
    unsafe { caml_raise(caml_exception_out_of_memory()) }
}

const _: () = assert!(MAX_YOUNG_WOSIZE == 256);
