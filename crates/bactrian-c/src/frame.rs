//! The frames of a thread: regions and whatever disables them. `rcaml.h` declares the same layout.

use bactrian_runtime::c::{CMark, CThread};
use bactrian_runtime::ffi::domain_state::LocalRoots;
use core::ffi::{CStr, c_char};
use core::ptr::null_mut;

/// `enum bactrian_kind`
pub const REGION: isize = 1;
pub const SUBREGION: isize = 2;
pub const CALL: isize = 3;
pub const RELEASED: isize = 4;
pub const REACQUIRED: isize = 5;

/// `struct bactrian_frame`, alias `region_t`.
#[repr(C)]
pub struct Frame {
    pub outer: *mut Frame,
    pub mark: CMark,
    pub locals: *mut LocalRoots,
    pub kind: isize,
    pub file: *const c_char,
    pub function: *const c_char,
    pub line: isize,
    pub number: usize,
    pub thread: *const CThread,
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
        if self.file.is_null() {
            return format!("{what} of code compiled without BACTRIAN_CHECKED");
        }
        // SAFETY: the header passes literals.
        let site = unsafe { Site::new(self.function, self.file, self.line) };
        if self.kind == CALL {
            return format!("{what} by {site}");
        }
        format!("{what} that {site} entered")
    }
}

/// The current frame of this thread, or null.
pub fn current() -> *mut Frame {
    CThread::current().frame.get().cast()
}

pub fn set_current(frame: *mut Frame) {
    CThread::current().frame.set(frame.cast());
}

/// A frame of the library's own.
pub fn boxed(kind: isize, site: (*const c_char, isize, *const c_char)) -> *mut Frame {
    let thread = CThread::current();
    Box::into_raw(Box::new(Frame {
        outer: thread.frame.get().cast(),
        mark: thread.stack.mark(),
        locals: null_mut(),
        kind,
        file: site.0,
        function: site.2,
        line: site.1,
        number: 0,
        thread,
    }))
}

const _: () = {
    use core::mem::offset_of;
    assert!(offset_of!(Frame, mark) == 8 && offset_of!(Frame, locals) == 16);
    assert!(offset_of!(Frame, kind) == 24 && offset_of!(Frame, number) == 56);
    assert!(offset_of!(Frame, thread) == 64 && size_of::<Frame>() == 72);
    assert!(offset_of!(CThread, stack) == 0 && offset_of!(CThread, frame) == 16);
    assert!(offset_of!(CThread, open) == 24);
};
