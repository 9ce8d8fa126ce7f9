//! The frames of a thread: regions and whatever disables them.
//!
//! Release mode has those of sections only. All are the library's own, since a function that forgets to leave a region leaves
//! a `region_t` behind that other functions overwrite; a `region_t` only says by its address which frame is meant.

use bactrian_runtime::OCamlRuntime;
use bactrian_runtime::c::{CMark, CThread};
use bactrian_runtime::ffi::domain_state::{self, LocalRoots};
use core::ffi::{CStr, c_char};
use core::ptr::null_mut;

/// `enum bactrian_kind`
pub const REGION: isize = 1;
pub const SUBREGION: isize = 2;
pub const CALL: isize = 3;
pub const RELEASED: isize = 4;
pub const REACQUIRED: isize = 5;

/// A stretch of a thread's time.
pub struct Frame {
    pub outer: *mut Frame,
    /// The height of the stack of roots when it was entered, and the local roots.
    pub mark: CMark,
    pub locals: *mut LocalRoots,
    pub kind: isize,
    /// Where it was entered.
    pub site: Site,
    /// The address of the caller's `region_t`, or 0.
    pub region: usize,
    /// Which run of OCaml it belongs to.
    pub level: usize,
    /// Of a re-acquired section: the frame of the released one that it is in, or null.
    pub releasing: *mut Frame,
    /// The frame on C's stack of the function that entered it, when the `region_t` is a variable there; or 0.
    pub caller: usize,
}

/// A call of the API, for messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The API's function, or for frames the function of the user that entered.
    pub function: &'static str,
    pub file: &'static str,
    pub line: isize,
}

impl Site {
    /// # Safety
    /// The strings must be null or literals of the program.
    pub unsafe fn new(function: *const c_char, file: *const c_char, line: isize) -> Self {
        // SAFETY: passed on.
        unsafe { Self { function: text(function), file: text(file), line } }
    }
}

/// `mk_pair at stubs.c:12`
impl core::fmt::Display for Site {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.file.is_empty() {
            return f.write_str(self.function);
        }
        let name = self.file.rsplit('/').next().unwrap_or(self.file);
        write!(f, "{} at {name}:{}", self.function, self.line)
    }
}

/// # Safety
/// `text` must be null or a literal of the program.
pub unsafe fn text(text: *const c_char) -> &'static str {
    if text.is_null() {
        return "";
    }
    // SAFETY: a literal lives as long as the program.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap_or("?")
}

impl Frame {
    /// Whether it was entered by a function that has returned, as far as the frames on C's stack tell: that of the
    /// function that runs now is `caller`.
    pub fn is_forgotten(&self, caller: usize, function: &str) -> bool {
        let returned =
            caller > self.caller || (caller == self.caller && function != self.site.function);
        self.caller != 0 && self.level == level() && returned
    }

    /// Where the frame was entered, in words: `the region that mk_pair at stubs.c:12 entered`.
    pub fn describe(&self) -> String {
        let what = match self.kind {
            REGION => "the region",
            SUBREGION => "the sub-region",
            CALL => "the call into OCaml",
            RELEASED => "the released section",
            REACQUIRED => "the re-acquired section",
            _ => "the frame",
        };
        if self.kind == CALL {
            return format!("{what} by {}", self.site);
        }
        format!("{what} that {} entered", self.site)
    }
}

/// The run of OCaml that called what runs now. The lock must be held.
pub fn level() -> usize {
    debug_assert!(OCamlRuntime::is_held());
    // SAFETY: the lock is held.
    unsafe { domain_state::level(domain_state::current()) }
}

/// The current frame of this thread, or null.
pub fn current() -> *mut Frame {
    CThread::current().frame.get().cast()
}

pub fn set_current(frame: *mut Frame) {
    CThread::current().frame.set(frame.cast());
}

/// Enters a frame. The lock must be held.
pub fn push(kind: isize, site: Site, region: usize) -> *mut Frame {
    let thread = CThread::current();
    let frame = Box::into_raw(Box::new(Frame {
        outer: current(),
        mark: thread.stack.mark(),
        // SAFETY: the lock is held.
        locals: unsafe { *domain_state::local_roots(domain_state::current()) },
        kind,
        site,
        region,
        level: level(),
        releasing: null_mut(),
        caller: 0,
    }));
    set_current(frame);
    frame
}

/// Leaves the current frame, whatever it is.
///
/// # Safety
/// There must be one, and nothing point to it any more.
pub unsafe fn pop() {
    // SAFETY: passed on; frames are boxed by `push`.
    unsafe {
        let frame = Box::from_raw(current());
        set_current(frame.outer);
    }
}

const _: () = {
    use core::mem::offset_of;
    assert!(offset_of!(CThread, stack) == 0 && offset_of!(CThread, frame) == 16);
    assert!(offset_of!(CThread, open) == 24);
};
