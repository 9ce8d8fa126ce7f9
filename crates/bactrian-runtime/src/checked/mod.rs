//! Checked mode: what the compiler cannot see is checked at run time, and the first violation of a rule stops with a message.
//!
//! With the Cargo feature `checked`, every operation on a root, a region, a value or the lock asks whether it may be done here and
//! now. Safe Rust seldom meets a violation: what is found is what `unsafe` code, C code or a smuggled handle does. Without the
//! feature none of it is compiled. The C API's checks (`-DBACTRIAN_CHECKED`) report here too.
//!
//! A message names the function and its place, the root or region at fault and where that was made, and the rule:
//!
//! ```text
//! bactrian, checked mode: Region::pair at stubs.rs:12: its argument is a dead root: made by Region::root at stubs.rs:9, in the
//! sub-region that Region::scope at stubs.rs:8 entered, which has been left.
//!   Rule: a root is used only until its region is left.
//! ```

#[cfg(feature = "checked")]
mod frames;
#[cfg(feature = "checked")]
mod roots;
#[cfg(feature = "checked")]
mod rules;
#[cfg(feature = "checked")]
mod stack;
#[cfg(feature = "checked")]
mod values;
#[doc(hidden)]
pub mod words;

#[cfg(feature = "checked")]
pub(crate) use {
    frames::{
        Kind, Opened, Operation, Site, called, converting, current, enters, innermost_id, looks,
        open, operation, resume,
    },
    roots::{argument, boxed, dropped, made, read},
    rules::{allocates, calls, in_region, processes, releases},
    stack::{Handle, RootFrame, dead_slots, forget_slots, forget_stack},
    values::{Reading, rooting},
    words::Shape,
};

use core::fmt::Display;
use std::sync::atomic::{AtomicU8, Ordering};

/// Code of checked mode: nothing without the feature.
#[cfg(feature = "checked")]
macro_rules! checked {
    ($($code:tt)*) => { $($code)* };
}
#[cfg(not(feature = "checked"))]
macro_rules! checked {
    ($($code:tt)*) => {};
}
pub(crate) use checked;

/// What happens after the message of a violation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnViolation {
    /// The process aborts.
    Abort,
    /// The thread panics with the message: for tests of Rust code. Code in C cannot be unwound safely.
    Panic,
}

const ABORT: u8 = 0;
const PANIC: u8 = 1;
const AS_THE_ENVIRONMENT_SAYS: u8 = 2;

static CHOICE: AtomicU8 = AtomicU8::new(AS_THE_ENVIRONMENT_SAYS);

/// Chooses what a violation does from now on. By default the process aborts, unless `BACTRIAN_CHECKED=panic` is in the
/// environment.
pub fn on_violation(what: OnViolation) {
    CHOICE.store(if what == OnViolation::Panic { PANIC } else { ABORT }, Ordering::Relaxed);
}

fn panics() -> bool {
    match CHOICE.load(Ordering::Relaxed) {
        AS_THE_ENVIRONMENT_SAYS => {
            std::env::var_os("BACTRIAN_CHECKED").is_some_and(|value| value == "panic")
        }
        choice => choice == PANIC,
    }
}

/// Stops: who did it and where, what is wrong, and the rule that it breaks.
#[doc(hidden)]
#[cold]
#[inline(never)]
#[track_caller]
pub fn violation(site: &dyn Display, wrong: &str, rule: &str) -> ! {
    let message = format!("bactrian, checked mode: {site}: {wrong}.\n  Rule: {rule}.");
    if panics() && !std::thread::panicking() {
        std::panic::panic_any(message);
    }
    eprintln!("{message}");
    std::process::abort()
}
