//! The rows of the task layer. Allocations of Rust are counted.

use bactrian::task::Handle;
use bactrian::task::lwt::{OCamlAsyncFn, Promise};
use bactrian::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

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

/// Gives way once.
fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

#[export(lwt)]
async fn k_ready() {}

#[export(lwt)]
async fn k_yield() {
    yield_now().await;
}

#[export(lwt, raise)]
async fn k_await(promise: Promise<()>) -> Result<(), OCamlException> {
    promise.await
}

#[export(lwt, raise)]
async fn k_call(function: OCamlAsyncFn<((),), ()>) -> Result<(), OCamlException> {
    function.call(((),)).await
}

#[export(lwt)]
async fn k_spawn() {
    tokio::spawn(async {}).await.expect("it does not panic");
}

/// Calls a closure so many times from a thread of tokio's, which waits for each; the sum of the results.
#[export(lwt)]
async fn k_from_thread(function: OCamlFn<((),), i64>, calls: i64) -> i64 {
    let domain = Handle::current();
    let calling = tokio::task::spawn_blocking(move || {
        let function = Arc::new(function);
        let mut sum = 0;
        for _ in 0..calls {
            let function = Arc::clone(&function);
            sum += domain.run_in_domain(move |rt| function.call(rt, ((),)).unwrap_or(-1));
        }
        sum
    });
    calling.await.unwrap_or(-1)
}
