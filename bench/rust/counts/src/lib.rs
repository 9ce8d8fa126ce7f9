//! The rows of the task layer, where allocations and roots are counted.

use bactrian::export;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "../../tasks/src/rows.rs"]
mod rows;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of Rust since the start.
#[export]
fn k_allocations() -> usize {
    ALLOCATIONS.load(Ordering::Relaxed)
}

/// Bytes that Rust has allocated and not freed.
#[export]
fn k_bytes() -> usize {
    BYTES.load(Ordering::Relaxed)
}

/// Long-lived roots that this domain has made since the start.
#[export]
fn k_roots(rt: &mut bactrian::OCamlRuntime) -> usize {
    bactrian::__private::roots_made(rt)
}
