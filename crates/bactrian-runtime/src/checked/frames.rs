//! What is open on each thread: calls, regions, released sections, and the operation in progress.

use super::violation;
use crate::ffi::domain_state;
use core::cell::{Cell, RefCell};
use core::mem::ManuallyDrop;
use core::panic::Location;
use core::sync::atomic::{AtomicU64, Ordering};

/// A call of the API, for messages.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Site {
    pub function: &'static str,
    /// The argument of an exported function.
    pub argument: Option<&'static str>,
    /// Destructors have none.
    pub location: Option<&'static Location<'static>>,
}

impl Site {
    /// The caller's place.
    #[track_caller]
    pub fn here(function: &'static str) -> Self {
        Self { function, argument: None, location: Some(Location::caller()) }
    }
}

/// `Region::pair at stubs.rs:12`
impl core::fmt::Display for Site {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Some(location) = self.location else { return f.write_str(self.function) };
        let name = location.file().rsplit('/').next().unwrap_or(location.file());
        write!(f, "{} at {name}:{}", self.function, location.line())?;
        self.argument.map_or(Ok(()), |argument| write!(f, ", argument `{argument}`"))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A function that OCaml calls.
    Shim,
    /// One that must not allocate.
    Noalloc,
    Region,
    Subregion,
    /// A call into OCaml.
    Call,
    /// The lock is released.
    Released,
    /// The lock is held by `with_domain_lock`.
    Locked,
    /// A closure looks at an unrooted value.
    Look,
}

/// Something that was opened, and is closed in the reverse order.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub id: u64,
    pub kind: Kind,
    pub site: Site,
    pub thread: u64,
    /// The domain's number, or `usize::MAX` when its lock was not held.
    pub domain: usize,
}

impl Frame {
    /// `the region that OCamlRuntime::region at stubs.rs:12 entered`
    pub fn describe(&self) -> String {
        let site = self.site;
        match self.kind {
            Kind::Shim => format!("the call of {site}"),
            Kind::Noalloc => format!("the noalloc function {site}"),
            Kind::Region => format!("the region that {site} entered"),
            Kind::Subregion => format!("the sub-region that {site} entered"),
            Kind::Call => format!("the call into OCaml by {site}"),
            Kind::Released => format!("the released section of {site}"),
            Kind::Locked => format!("the section of {site}"),
            Kind::Look => format!("the look of {site}"),
        }
    }

    /// The region that it is: that of a call is the one over its arguments.
    pub fn describe_region(&self) -> String {
        if self.kind == Kind::Shim {
            return format!("the region of {}", self.site);
        }
        self.describe()
    }
}

struct Entry {
    frame: Frame,
    /// The function of the API that the user called last in this frame, and that has not returned.
    operation: Option<Site>,
}

/// Never destroyed, so that destructors of other thread-locals find it.
struct Thread {
    id: Cell<u64>,
    frames: ManuallyDrop<RefCell<Vec<Entry>>>,
    /// The operation where no frame is open.
    operation: Cell<Option<Site>>,
    /// How often this thread did what may collect, and what it did last.
    epoch: Cell<u64>,
    collected: Cell<Option<Site>>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            id: Cell::new(0),
            frames: ManuallyDrop::new(RefCell::new(Vec::new())),
            operation: Cell::new(None),
            epoch: Cell::new(0),
            collected: Cell::new(None),
        }
    };
}

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A number of this thread's own.
pub(crate) fn thread() -> u64 {
    THREAD.with(|thread| {
        if thread.id.get() == 0 {
            thread.id.set(next());
        }
        thread.id.get()
    })
}

/// The number of the domain whose lock this thread holds.
pub(crate) fn domain() -> usize {
    if !crate::runtime::OCamlRuntime::is_held() {
        return usize::MAX;
    }
    // SAFETY: the lock is held, so the state is a live domain's.
    unsafe { domain_state::unique_id(domain_state::current()) }
}

/// Counts that this thread does what may collect.
pub(crate) fn count_collecting(site: Site) {
    THREAD.with(|thread| {
        thread.epoch.set(thread.epoch.get() + 1);
        thread.collected.set(Some(site));
    });
}

/// How often this thread did what may collect, and what it did last.
pub(crate) fn collecting() -> (u64, Option<Site>) {
    THREAD.with(|thread| (thread.epoch.get(), thread.collected.get()))
}

/// Closes what [`open`] opened, and what was left open in it.
pub(crate) struct Opened {
    id: u64,
}

impl Opened {
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        THREAD.with(|thread| {
            let mut frames = thread.frames.borrow_mut();
            if let Some(position) = frames.iter().rposition(|entry| entry.frame.id == self.id) {
                frames.truncate(position);
            }
            if frames.is_empty() {
                // Nobody will free it when the thread ends.
                *frames = Vec::new();
            }
        });
    }
}

/// Opens a frame.
pub(crate) fn open(kind: Kind, site: Site) -> Opened {
    let frame = Frame { id: next(), kind, site, thread: thread(), domain: domain() };
    THREAD.with(|thread| thread.frames.borrow_mut().push(Entry { frame, operation: None }));
    if matches!(kind, Kind::Region | Kind::Subregion | Kind::Shim) {
        super::roots::entered(frame);
    }
    Opened { id: frame.id }
}

/// Enters a region.
#[track_caller]
pub(crate) fn enters(kind: Kind) -> Opened {
    super::rules::allowed_to_enter();
    open(kind, current("OCamlRuntime::region"))
}

/// The closure of an operation looks at an unrooted value.
#[track_caller]
pub(crate) fn looks(function: &'static str) -> Opened {
    open(Kind::Look, current(function))
}

/// The number of the innermost frame.
pub(crate) fn innermost_id() -> u64 {
    innermost().map_or(0, |frame| frame.id)
}

/// The innermost frame.
pub(crate) fn innermost() -> Option<Frame> {
    THREAD.with(|thread| thread.frames.borrow().last().map(|entry| entry.frame))
}

/// The innermost frame for which this holds.
pub(crate) fn find(holds: impl Fn(&Frame) -> bool) -> Option<Frame> {
    THREAD.with(|thread| {
        thread.frames.borrow().iter().rev().map(|entry| entry.frame).find(|frame| holds(frame))
    })
}

/// The frame with this id and the one that was opened in it, if it is open on this thread.
pub(crate) fn find_with_inner(id: u64) -> Option<(Frame, Option<Frame>)> {
    THREAD.with(|thread| {
        let frames = thread.frames.borrow();
        let position = frames.iter().rposition(|entry| entry.frame.id == id)?;
        Some((frames[position].frame, frames.get(position + 1).map(|entry| entry.frame)))
    })
}

/// Makes sure that what was opened during a call into OCaml has been closed.
pub(crate) fn called(call: &Opened) {
    if let Some((call, Some(inner))) = find_with_inner(call.id) {
        let wrong = format!("{} was not left: an exception has jumped over it", inner.describe());
        let rule = "nothing jumps over Rust: a C function that Rust calls returns its exception as a value";
        violation(&call.site, &wrong, rule);
    }
}

/// An operation in progress. What it calls is part of it, until a frame is opened.
pub(crate) struct Operation {
    /// Of which frame, counted from the outermost, it is the operation; none when it is part of another.
    depth: Option<usize>,
}

impl Drop for Operation {
    fn drop(&mut self) {
        let Some(depth) = self.depth else { return };
        THREAD.with(|thread| match depth {
            0 => thread.operation.set(None),
            _ => {
                if let Some(entry) = thread.frames.borrow_mut().get_mut(depth - 1) {
                    entry.operation = None;
                }
            }
        });
    }
}

/// Begins an operation, unless it is part of another.
#[track_caller]
pub(crate) fn operation(function: &'static str) -> Operation {
    begin(Site::here(function))
}

/// An argument of the innermost call is converted.
pub(crate) fn converting(function: &'static str, argument: &'static str) -> Operation {
    let location = innermost().and_then(|call| call.site.location);
    begin(Site { function, argument: Some(argument), location })
}

/// Goes on with an operation in a frame that it has opened itself.
pub(crate) fn resume(site: Site) -> Operation {
    begin(site)
}

fn begin(site: Site) -> Operation {
    THREAD.with(|thread| {
        let mut frames = thread.frames.borrow_mut();
        let depth = frames.len();
        let depth = match frames.last_mut() {
            None if thread.operation.get().is_some() => None,
            None => {
                thread.operation.set(Some(site));
                Some(depth)
            }
            Some(entry) if entry.operation.is_some() => None,
            Some(entry) => {
                entry.operation = Some(site);
                Some(depth)
            }
        };
        Operation { depth }
    })
}

/// A destructor, which has no place.
pub(crate) fn destructor(function: &'static str) -> Operation {
    begin(Site { function, argument: None, location: None })
}

/// The operation in progress, or else this function at the caller's place.
#[track_caller]
pub(crate) fn current(otherwise: &'static str) -> Site {
    THREAD
        .with(|thread| match thread.frames.borrow().last() {
            None => thread.operation.get(),
            Some(entry) => entry.operation,
        })
        .unwrap_or(Site::here(otherwise))
}

/// Stops the operation in progress.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn stop(wrong: &str, rule: &str) -> ! {
    violation(&current("bactrian"), wrong, rule)
}
