//! What `BACTRIAN_CHECKED` makes the headers call. Each check stops at the call, with a message that names the function,
//! the root or region, and the rule.

mod entry;
pub mod registry;
mod roots;
mod words;

pub use entry::leave_all;

use crate::frame::{self, Site};
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
    // SAFETY: the current frame is live; it is looked at only where the lock is held.
    let current = || unsafe { frame::current().as_ref() };
    match state {
        State::NoRegion => "this thread has no region".into(),
        State::Elsewhere => match registry::live_on_another_thread() {
            Some(region) => format!("this thread has no region; {region} is another thread's"),
            None => "this thread has no region".into(),
        },
        State::Live => {
            current().map_or_else(String::new, |frame| format!("{} is live", frame.describe()))
        }
        State::Away(Away::Released) => "this thread does not hold its domain's lock".into(),
        State::Away(Away::Call) => {
            let Some(call) = current() else { return String::new() };
            // SAFETY: the frames below a live one are live.
            match unsafe { call.outer.as_ref() } {
                Some(outer) => format!("{} is disabled by {}", outer.describe(), call.describe()),
                None => format!("this thread has no region since {}", call.describe()),
            }
        }
    }
}
