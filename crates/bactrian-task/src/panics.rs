//! Panics that were caught, and wakers that may panic.

use bactrian_runtime::__private::panic_location;
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::any::Any;
use core::task::Waker;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A panic that was caught, with the place where it happened.
pub(crate) struct Panicked {
    payload: Box<dyn Any + Send>,
    location: Option<String>,
}

impl Panicked {
    /// To be called at once, before something else panics on this thread.
    #[cold]
    pub(crate) fn caught(payload: Box<dyn Any + Send>) -> Self {
        Panicked { payload, location: panic_location::take() }
    }

    /// The payload, to be unwound with on this thread: the location is that of the panic.
    pub(crate) fn into_payload(self) -> Box<dyn Any + Send> {
        panic_location::put(self.location);
        self.payload
    }

    /// What it becomes in OCaml.
    pub(crate) fn into_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        panic_location::put(self.location);
        OCamlException::from_panic(rt, self.payload)
    }

    /// The message, if there is one.
    pub(crate) fn message(&self) -> Option<&str> {
        match self.payload.downcast_ref::<&str>() {
            Some(message) => Some(message),
            None => self.payload.downcast_ref::<String>().map(String::as_str),
        }
    }

    /// Drops the payload, which may panic too.
    pub(crate) fn discard(self) {
        let payload = self.payload;
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            core::mem::forget(again);
            panic_location::take();
        }
    }
}

/// Runs `body`, code of somebody else's whose panic is reported by the panic hook and concerns nobody here.
pub(crate) fn guarded(body: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(body)) {
        Panicked::caught(payload).discard();
    }
}

/// Wakes, whatever the waker does.
#[inline]
pub(crate) fn wake(waker: Waker) {
    guarded(|| waker.wake());
}
