//! Which executor this thread is polling for, and the runtime handle that it lends to the task.

use crate::executor::Executor;
use crate::tokio_bridge;
use bactrian_runtime::OCamlRuntime;
use core::cell::Cell;
use core::ptr;
use std::sync::Arc;

/// One level of polling on this thread. They nest: a task calls OCaml, which calls an `async fn`, which is polled at once.
struct Frame {
    executor: *const Arc<Executor>,
    /// The handle, unless the task is using it.
    runtime: Cell<Option<ptr::NonNull<OCamlRuntime>>>,
    below: *const Frame,
}

thread_local! {
    static TOP: Cell<*const Frame> = const { Cell::new(ptr::null()) };
}

/// Runs `body`, a poll of tasks of `executor`, and lends them `runtime` meanwhile. What the body queues on this thread is
/// looked at by whoever leaves the outermost frame: it tells the host.
#[inline]
pub(crate) fn enter<R>(
    executor: &Arc<Executor>,
    runtime: &mut OCamlRuntime,
    body: impl FnOnce() -> R,
) -> R {
    struct Leave<'a>(&'a Frame);
    impl Drop for Leave<'_> {
        #[inline]
        fn drop(&mut self) {
            TOP.set(self.0.below);
            if std::thread::panicking() {
                // SAFETY: `enter` borrows the executor for as long as the frame lives.
                let executor = unsafe { &*self.0.executor };
                executor.bell.wakeup();
            }
        }
    }
    let _tokio = tokio_bridge::enter_thread();
    let frame = Frame {
        executor,
        runtime: Cell::new(Some(ptr::NonNull::from(&mut *runtime))),
        below: TOP.get(),
    };
    let leave = Leave(&frame);
    TOP.set(&frame);
    let result = body();
    drop(leave);
    executor.kick(runtime);
    result
}

/// Runs `body` with the OCaml runtime: inside a task, the way to OCaml.
///
/// ```no_run
/// # async fn ask(name: String) -> bool { true }
/// async fn count(names: Vec<String>) -> usize {
///     let mut count = 0;
///     for name in names {
///         count += usize::from(ask(name).await);
///     }
///     bactrian_task::with_runtime(|rt| println!("on domain {}", rt.domain_id()));
///     count
/// }
/// ```
///
/// # Panics
/// Outside a task that its executor polls (on a tokio thread, say: use [`Handle`](crate::Handle) there), and inside
/// another `with_runtime`, also when that one has called OCaml and OCaml has called here: pass its handle on instead.
#[inline]
pub fn with_runtime<R>(body: impl FnOnce(&mut OCamlRuntime) -> R) -> R {
    struct PutBack<'a> {
        place: &'a Cell<Option<ptr::NonNull<OCamlRuntime>>>,
        runtime: ptr::NonNull<OCamlRuntime>,
    }
    impl Drop for PutBack<'_> {
        #[inline]
        fn drop(&mut self) {
            self.place.set(Some(self.runtime));
        }
    }
    let top = TOP.get();
    assert!(
        !top.is_null(),
        "with_runtime: no task of a domain is being polled on this thread; from other threads use \
         Handle::run_in_domain or OCamlRuntime::with_domain_lock"
    );
    // SAFETY: the frame is on this thread's stack, below us, until `enter` returns, which takes it out of `TOP`.
    let frame = unsafe { &*top };
    let Some(mut runtime) = frame.runtime.take() else {
        panic!(
            "with_runtime inside with_runtime: the runtime handle is in use already; pass the \
             `&mut OCamlRuntime` on instead"
        );
    };
    let _put_back = PutBack { place: &frame.runtime, runtime };
    // SAFETY: `enter` borrows the handle mutably for as long as the frame lives, and nobody uses it meanwhile; it has
    // been taken out of the frame, so this is the only reference made from it.
    body(unsafe { runtime.as_mut() })
}

/// The executor whose task is being polled on this thread.
pub(crate) fn current() -> Option<Arc<Executor>> {
    let top = TOP.get();
    // SAFETY: as above; `enter` borrows the executor as long.
    (!top.is_null()).then(|| Arc::clone(unsafe { &*(*top).executor }))
}

/// Can a task of `executor` that is polled on this thread use the runtime here and now?
pub(crate) fn is_polling(executor: &Executor) -> bool {
    let top = TOP.get();
    // SAFETY: as above.
    !top.is_null()
        && unsafe {
            ptr::eq(Arc::as_ptr(&*(*top).executor), executor) && (*top).runtime.get().is_some()
        }
}

/// Is this thread in a frame of `executor`? All its frames are of one executor, its domain's.
#[inline]
pub(crate) fn is_inside(executor: &Executor) -> bool {
    let top = TOP.get();
    // SAFETY: as above.
    !top.is_null() && unsafe { ptr::eq(Arc::as_ptr(&*(*top).executor), executor) }
}

/// Is there a handle for [`with_runtime`] on this thread?
pub(crate) fn has_runtime() -> bool {
    let top = TOP.get();
    // SAFETY: as above.
    !top.is_null() && unsafe { (*top).runtime.get().is_some() }
}
