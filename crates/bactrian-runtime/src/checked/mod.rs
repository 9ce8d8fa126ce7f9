//! Checked mode: how a violation of a rule is reported.
//!
//! The C API's checks (`bactrian-c`) report here; with the feature `checked` so do hooks in this crate.

use std::sync::atomic::{AtomicU8, Ordering};

/// What happens after the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnViolation {
    /// The process aborts.
    Abort,
    /// The thread panics with the message: for tests of Rust code. Code in C cannot be unwound safely.
    Panic,
}

static PANIC: AtomicU8 = AtomicU8::new(0);

/// Chooses what a violation does from now on.
pub fn on_violation(what: OnViolation) {
    PANIC.store(u8::from(what == OnViolation::Panic), Ordering::Relaxed);
}

/// Stops with a message: the function, what it was given, and the rule.
#[cold]
#[track_caller]
pub fn violation(message: String) -> ! {
    let message = format!("bactrian, checked mode: {message}");
    if PANIC.load(Ordering::Relaxed) != 0 {
        std::panic::panic_any(message);
    }
    eprintln!("{message}");
    std::process::abort()
}
