//! What safe code can do with two crates that are sound by themselves, and no type forbids: a region that reaches a closure which
//! must not have it, on its own thread. Checked mode stops each; only its suite calls these.

use bactrian::*;
use std::cell::Cell;
use std::thread::ThreadId;

/// As the crate send_wrapper does it: the value is used on its own thread only.
struct OnItsThread<T> {
    thread: ThreadId,
    value: T,
}

// SAFETY: the value is used on its own thread only.
unsafe impl<T> Send for OnItsThread<T> {}

impl<T> OnItsThread<T> {
    fn new(value: T) -> Self {
        Self { thread: std::thread::current().id(), value }
    }

    fn get(&self) -> &T {
        assert_eq!(self.thread, std::thread::current().id());
        &self.value
    }
}

thread_local! {
    static LENT: Cell<*const ()> = const { Cell::new(std::ptr::null()) };
}

/// As the crate scoped-tls-hkt does it: the region can be found while `body` runs, and no longer.
fn lending(region: &Region<'_>, body: impl FnOnce()) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            LENT.set(std::ptr::null());
        }
    }
    LENT.set((&raw const *region).cast());
    let _reset = Reset;
    body();
}

fn with_lent<R: 'static>(body: impl for<'a, 'r> FnOnce(&'a Region<'r>) -> R) -> R {
    let region = LENT.get().cast::<Region<'_>>();
    // SAFETY: `lending` is running, on this thread, and has the region.
    body(unsafe { region.as_ref() }.expect("a region is lent"))
}

#[export]
fn smuggle_into_look(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> usize {
    rt.region(|r| {
        let region = OnItsThread::new(&*r);
        r.look(text, move |text| {
            region.get().string("this may move the text");
            text.as_bytes().len()
        })
    })
}

#[export]
fn smuggle_lend(rt: &mut OCamlRuntime, f: OCamlRef<'_, OCamlFn<((),), ()>>) {
    rt.region(|r| lending(r, || drop(r.call(f, ((),)))));
}

/// To be called by the function of `smuggle_lend`.
#[export]
fn smuggle_into_released(rt: &mut OCamlRuntime) -> usize {
    rt.releasing_runtime(|| {
        with_lent(|r| {
            let text = r.string("allocated without the lock");
            r.string_len(text)
        })
    })
}

/// To be called by the function of `smuggle_lend`.
#[export]
fn smuggle_into_call() -> usize {
    with_lent(|r| {
        let text = r.string("rooted in a frame that is not the innermost");
        r.string_len(text)
    })
}
