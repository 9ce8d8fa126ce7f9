//! What `BACTRIAN_CHECKED` makes the headers call. Each check stops at the call, with a message that names the function,
//! the root or region, and the rule.

mod entry;
pub mod registry;
mod roots;
mod words;

pub use entry::leave_all;

use crate::frame::{self, CALL, Frame, Site};
use crate::state::{self, Away, Operation, State};
use bactrian_runtime::checked::violation;

/// Stops: the call, what is wrong, the rule.
#[cold]
#[inline(never)]
pub fn stop(site: Site, wrong: &str, rule: &str) -> ! {
    violation(&site, wrong, rule)
}

/// Stops unless the operation is allowed in this thread's state.
pub fn allowed(operation: Operation, site: Site) {
    let state = state::current(registry::live_elsewhere);
    if let Some(rule) = state::broken_rule(operation, state) {
        stop(site, &describe(state), rule);
    }
}

/// A state in words, with the region that it is about.
fn describe(state: State) -> String {
    if state == State::Away(Away::Released) {
        return "this thread does not hold its domain's lock".into();
    }
    // SAFETY: the frames of a list are the library's; they are looked at only where the lock is held.
    let Some(frame) = (unsafe { frame::current().as_ref() }) else { return no_region() };
    match state {
        State::NoRegion | State::Elsewhere => no_region(),
        State::Live => format!("{} is live", frame.describe()),
        State::Away(Away::Forgotten) => forgotten(frame),
        State::Away(_) if frame.kind != CALL => {
            format!("{} is disabled by a call into OCaml", frame.describe())
        }
        // SAFETY: as above.
        State::Away(_) => match unsafe { frame.outer.as_ref() } {
            Some(outer) => format!("{} is disabled by {}", outer.describe(), frame.describe()),
            None => format!("this thread has no region since {}", frame.describe()),
        },
    }
}

fn no_region() -> String {
    match registry::live_on_another_thread() {
        Some(region) => format!("this thread has no region; {region} is another thread's"),
        None => "this thread has no region".into(),
    }
}

/// `the region that f at stubs.c:12 entered was not left: …`
pub fn forgotten(frame: &Frame) -> String {
    format!("{} was not left: its function has returned or raised", frame.describe())
}
