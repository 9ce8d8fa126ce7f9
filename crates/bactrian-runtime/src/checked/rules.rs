//! The rules of regions, the lock and allocation.

use super::frames::{self, Frame, Kind, Opened, Operation, stop};
use super::{roots, words};
use crate::ffi::mlvalues::RawOCaml;
use crate::runtime::OCamlRuntime;

const LOCK: &str =
    "nothing of OCaml is used while the domain's lock is released; `with_domain_lock` takes it";

/// Stops unless this thread holds its domain's lock.
#[track_caller]
pub(crate) fn lock() {
    if OCamlRuntime::is_held() {
        return;
    }
    let released = frames::find(|frame| frame.kind == Kind::Released);
    let wrong = match released {
        Some(section) => {
            format!("this thread does not hold its domain's lock since {}", section.describe())
        }
        None => "this thread does not hold its domain's lock".into(),
    };
    stop(&wrong, LOCK);
}

/// How many collections the current domain has taken part in; 0 without the lock.
pub(super) fn collections() -> u64 {
    if OCamlRuntime::is_held() { crate::roots::collections() } else { 0 }
}

/// Begins an operation on a region, which must be this thread's innermost.
#[track_caller]
pub(crate) fn in_region(id: u64, function: &'static str) -> Operation {
    let operation = frames::operation(function);
    match frames::find_with_inner(id) {
        Some((_, None)) => lock(),
        Some((region, Some(inner))) => {
            lock();
            disabled(region, inner);
        }
        None => not_open(roots::region(id)),
    }
    operation
}

/// Another frame is open in the region.
#[cold]
#[track_caller]
fn disabled(region: Frame, inner: Frame) -> ! {
    let (region, open) = (region.describe_region(), inner.describe());
    match inner.kind {
        Kind::Region | Kind::Subregion => stop(
            &format!("{open} is open in {region}"),
            "a region is out of reach while a region is open in it",
        ),
        Kind::Look => stop(
            &format!("{region} is used during {open}"),
            "nothing that may collect happens while an unrooted value is looked at",
        ),
        _ => stop(
            &format!("{region} is disabled by {open}"),
            "a region is disabled while OCaml runs or the lock is released: use another inside",
        ),
    }
}

/// The region is not open on this thread.
#[cold]
#[track_caller]
fn not_open(region: Option<Frame>) -> ! {
    let Some(region) = region else {
        stop("this region has been left", "a region is used only until it is left");
    };
    if region.thread == frames::thread() {
        let wrong = format!("{} has been left", region.describe_region());
        stop(&wrong, "a region is used only until it is left");
    }
    let domain = frames::domain();
    let whose =
        if domain == usize::MAX || domain == region.domain { "thread's" } else { "domain's" };
    let wrong = format!("{} is another {whose}", region.describe_region());
    stop(&wrong, "a region is used only by the thread that entered it");
}

/// A region is about to be entered.
#[track_caller]
pub(super) fn allowed_to_enter() {
    let _operation = frames::operation("OCamlRuntime::region");
    lock();
    no_obstacle("a region");
}

/// An allocation is about to happen.
#[track_caller]
pub(crate) fn allocates() {
    may_collect("an allocation");
}

/// A call into OCaml.
#[track_caller]
pub(crate) fn calls(closure: RawOCaml) -> Opened {
    const CALL: &str = "a call into OCaml";
    may_collect(CALL);
    // SAFETY: the lock is held, and the caller has just read the word.
    unsafe {
        if !words::Kind::Function.fits(closure) {
            let wrong = format!("its function holds {}", words::describe(closure));
            stop(&wrong, "what is called is a function");
        }
    }
    frames::open(Kind::Call, frames::current(CALL))
}

/// What waits is done: signal handlers and the like.
#[track_caller]
pub(crate) fn processes() -> Opened {
    const PROCESS: &str = "OCamlRuntime::process_pending_actions";
    let _operation = frames::operation(PROCESS);
    may_collect("OCaml code that waits");
    frames::open(Kind::Call, frames::current(PROCESS))
}

/// A release of the lock.
#[track_caller]
pub(crate) fn releases() -> Opened {
    const RELEASE: &str = "OCamlRuntime::releasing_runtime";
    let _operation = frames::operation(RELEASE);
    may_collect("a release of the lock");
    frames::open(Kind::Released, frames::current(RELEASE))
}

/// Something that may collect is about to happen.
#[track_caller]
fn may_collect(what: &'static str) {
    let _operation = frames::operation(what);
    lock();
    no_obstacle(what);
    frames::count_collecting(frames::current(what));
}

/// Stops where nothing may collect.
#[track_caller]
fn no_obstacle(what: &str) {
    let obstacle = frames::innermost().filter(|f| matches!(f.kind, Kind::Noalloc | Kind::Look));
    if let Some(frame) = obstacle {
        let (wrong, rule) = match frame.kind {
            Kind::Noalloc => (
                format!("{what} in {}", frame.describe()),
                "a noalloc function does not allocate, call OCaml or release the lock",
            ),
            _ => (
                format!("{what} during {}", frame.describe()),
                "nothing that may collect happens while an unrooted value is looked at",
            ),
        };
        stop(&wrong, rule);
    }
}
