//! The rules of regions, as one state machine.
//!
//! A thread is in one of four states, which its frames and the domain's lock decide. Entering and leaving move between
//! them; everything else is allowed in some of them and forbidden in others. ARCHITECTURE.md has the table.

use crate::frame::{self, CALL, Frame, RELEASED, level};
use bactrian_runtime::OCamlRuntime;

/// Where a thread is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// No region has been set up by it, nor by any other thread.
    NoRegion,
    /// It has none, but another thread has.
    Elsewhere,
    /// It has one.
    Live,
    /// It had one, or none, and is away.
    Away(Away),
}

/// Why a region is disabled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Away {
    /// OCaml is running, called from the region, and has called back into C.
    Call,
    /// The domain's lock is not held.
    Released,
    /// Its function has ended without leaving it.
    Forgotten,
}

/// What a thread may want to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    Enter,
    Subenter,
    Root,
    /// Reads a root of a region.
    Deref,
    /// Writes a root of a region.
    Write,
    /// Allocates, or calls a function of OCaml's runtime.
    Use,
    Call,
    Release,
    Acquire,
    Reacquire,
}

/// The state of this thread. `elsewhere` says whether another thread has a live region.
pub fn current(elsewhere: impl FnOnce() -> bool) -> State {
    if !OCamlRuntime::is_held() {
        return State::Away(Away::Released);
    }
    let frame = frame::current();
    if frame.is_null() {
        return if elsewhere() { State::Elsewhere } else { State::NoRegion };
    }
    // SAFETY: the current frame is the library's.
    of_frame(unsafe { &*frame }, level(), elsewhere)
}

/// By the run of OCaml that the thread is in: an older frame is disabled by a call into OCaml, through whatever API; one that
/// is newer was jumped over.
fn of_frame(frame: &Frame, level: usize, elsewhere: impl FnOnce() -> bool) -> State {
    match frame.kind {
        _ if frame.level < level => State::Away(Away::Forgotten),
        CALL => State::Away(Away::Call),
        // The lock is held nevertheless: Rust has taken it inside.
        RELEASED if elsewhere() => State::Elsewhere,
        RELEASED => State::NoRegion,
        _ if frame.level > level => State::Away(Away::Call),
        _ => State::Live,
    }
}

pub const FORGOTTEN: &str =
    "a region is left before its function returns or raises: rCAMLreturn and rCAMLraise do both";

/// The rule that an operation breaks in a state, if it breaks one.
pub fn broken_rule(operation: Operation, state: State) -> Option<&'static str> {
    use Operation::*;
    use State::*;
    let rule = match (operation, state) {
        (Enter, Live) => {
            "a region is entered only by a function that OCaml calls, while none is live; helpers use the \
             region of their caller, and a loop a sub-region; an exception that rCAMLraise does not raise leaves one live"
        }
        (Acquire, NoRegion | Elsewhere | Live | Away(self::Away::Call | self::Away::Forgotten)) => {
            "the lock is acquired only where it was released"
        }
        (
            Reacquire,
            NoRegion | Elsewhere | Live | Away(self::Away::Call | self::Away::Forgotten),
        ) => "the lock is re-acquired only inside a released section or on a thread of C",
        (Enter | Subenter | Root | Write | Call, Away(self::Away::Forgotten)) => FORGOTTEN,
        (Release, Away(self::Away::Released)) => "the lock is released only where it is held",
        (Enter | Subenter | Root | Deref | Write | Use | Call, Away(self::Away::Released)) => {
            "nothing of OCaml is used while the domain's lock is released; use rcaml_with_ocaml"
        }
        (Root | Subenter | Write, Away(self::Away::Call)) => {
            "a region is disabled while OCaml runs: a function that OCaml calls enters its own"
        }
        (Root | Subenter | Write, Elsewhere) => {
            "a region is used only by the thread that entered it"
        }
        (Root | Subenter | Write | Deref, NoRegion) => {
            "a function that OCaml calls enters a region first: rCAMLregion"
        }
        _ => return None,
    };
    Some(rule)
}
