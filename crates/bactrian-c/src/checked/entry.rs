//! The functions that the headers call. Strings are literals; sites are those of the caller.

use super::registry;
use super::roots::check;
use super::{allowed, stop, words};
use crate::frame::{self, CALL, Frame, REACQUIRED, RELEASED, SUBREGION, Site, text};
use crate::state::Operation;
use bactrian_runtime::c::CThread;
use bactrian_runtime::ffi::domain_state;
use bactrian_runtime::ffi::mlvalues::{RawOCaml, UNIT};
use core::ffi::{CStr, c_char, c_int};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Once;
use std::thread::current;

unsafe extern "C" {
    fn caml_empty_minor_heaps_once();
}

type Text = *const c_char;

const ORDER: &str =
    "regions are left in the reverse order of entering, each once, by the function for its kind";

/// The API's function, with the caller's place.
fn site(api: &'static CStr, file: Text, line: isize) -> Site {
    named(api.as_ptr(), file, line)
}

/// A function that the header names, with the caller's place.
fn named(function: Text, file: Text, line: isize) -> Site {
    // SAFETY: the headers pass literals.
    unsafe { Site::new(function, file, line) }
}

/// Pushes a frame, with all that checked mode wants to know of it.
///
/// # Safety
/// `frame` must be memory for one that outlives it; the lock be held.
unsafe fn push(frame: *mut Frame, kind: isize, function: Text, file: Text, line: isize) {
    // SAFETY: passed on.
    unsafe {
        frame.write(Frame {
            thread: CThread::current(),
            outer: frame::current(),
            mark: registry::mark_of_entry(),
            locals: *domain_state::local_roots(domain_state::current()),
            kind,
            file,
            function,
            line,
            number: 0,
        });
        registry::entered(&*frame);
    }
    frame::set_current(frame);
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_enter(
    frame: *mut Frame,
    kind: isize,
    function: Text,
    file: Text,
    line: isize,
) {
    let (api, operation) = if kind == SUBREGION {
        (c"rcaml_subenter", Operation::Subenter)
    } else {
        (c"rcaml_enter", Operation::Enter)
    };
    let site = site(api, file, line);
    if frame.is_null() {
        stop(site, "the region is NULL", "a region is a region_t of the caller");
    }
    allowed(operation, site);
    let mut outer = frame::current();
    while !outer.is_null() {
        if outer == frame {
            // SAFETY: in the list, so live.
            let wrong = format!("this region_t is in use: {}", unsafe { (*frame).describe() });
            stop(site, &wrong, "each region has a region_t of its own");
        }
        // SAFETY: the frames of the list are live.
        outer = unsafe { (*outer).outer };
    }
    // SAFETY: the caller's region; the lock is held, as was checked.
    unsafe { push(frame, kind, function, file, line) };
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_leave(
    frame: *mut Frame,
    kind: isize,
    _: Text,
    file: Text,
    line: isize,
) {
    let site = match (file.is_null(), kind == SUBREGION) {
        (true, _) => region_site(frame),
        (_, true) => site(c"rcaml_subleave", file, line),
        (_, false) => site(c"rcaml_leave", file, line),
    };
    // SAFETY: passed on.
    unsafe { leave(frame, kind, site, false) };
}

/// The end of a function with rCAMLregion: the place is where that stands, if the frame is a region's.
fn region_site(frame: *const Frame) -> Site {
    let api = c"rCAMLreturn from the rCAMLregion";
    match registry::region(frame) {
        // SAFETY: the header calls this when the function ends; its frame is still there.
        Some(_) => unsafe { site(api, (*frame).file, (*frame).line) },
        None => site(api, core::ptr::null(), 0),
    }
}

/// # Safety
/// The current frames must be live.
unsafe fn leave(frame: *mut Frame, kind: isize, site: Site, raising: bool) {
    allowed(Operation::Use, site);
    let known = registry::region(frame);
    match &known {
        None => stop(site, "this region was never entered", ORDER),
        Some(region) => {
            if let Some(left) = region.left.get() {
                stop(site, &format!("{} was left already, by {left}", region.name), ORDER);
            }
            if region.thread != current().id() {
                let wrong = format!("{} is another thread's", region.name);
                stop(site, &wrong, "a region is left by the thread that entered it");
            }
        }
    }
    let current = frame::current();
    if current != frame && !raising {
        // SAFETY: the current frame is live.
        let open = unsafe { current.as_ref() }.map_or_else(String::new, Frame::describe);
        stop(site, &format!("{open} is still open"), ORDER);
    }
    // SAFETY: known and not left, so live; the lock is held.
    unsafe {
        if (*frame).kind != kind {
            stop(site, &format!("it is given {}", (*frame).describe()), ORDER);
        }
        let mut inner = current;
        while inner != frame && !inner.is_null() {
            if matches!((*inner).kind, RELEASED | REACQUIRED | CALL) {
                let wrong = format!("{} is still open", (*inner).describe());
                stop(site, &wrong, "a section is ended before its function raises");
            }
            registry::left(&*inner, site);
            inner = (*inner).outer;
        }
        if kind != SUBREGION {
            *domain_state::local_roots(domain_state::current()) = (*frame).locals;
        }
        registry::retire((*frame).mark);
        registry::left(&*frame, site);
        frame::set_current((*frame).outer);
    }
}

/// Leaves the regions that were entered since the last call into OCaml or the last section, since an exception of the
/// API is about to jump over them. In release mode there are no frames of regions.
pub fn leave_all() {
    let site = Site { function: "an allocation that raised Out_of_memory", file: "", line: 0 };
    loop {
        let frame = frame::current();
        // SAFETY: the frames of the list are live, and their marks those of this thread's stack.
        unsafe {
            if frame.is_null() || matches!((*frame).kind, RELEASED | REACQUIRED | CALL) {
                return;
            }
            registry::retire((*frame).mark);
            registry::left(&*frame, site);
            frame::set_current((*frame).outer);
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_root(
    _: Text,
    file: Text,
    line: isize,
) -> *mut RawOCaml {
    let site = site(c"rcaml_root", file, line);
    allowed(Operation::Root, site);
    let slot = CThread::current().stack.push(UNIT).as_ptr();
    // SAFETY: a region is live, as was checked.
    registry::root_made(slot as usize, site, unsafe { &*frame::current() });
    slot
}

/// # Safety
/// The address may be anything; the strings are literals.
unsafe fn readable(root: *const RawOCaml, name: Text, site: Site) {
    // SAFETY: passed on; a root that was found holds a word.
    unsafe {
        let name = text(name);
        check(root, name, Operation::Deref, site);
        words::check_fresh(*root, name, site);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_deref(
    root: *const RawOCaml,
    name: Text,
    _: Text,
    file: Text,
    line: isize,
) {
    let site = site(c"rcaml_deref", file, line);
    allowed(Operation::Deref, site);
    // SAFETY: passed on.
    unsafe { readable(root, name, site) };
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_result(
    root: *const RawOCaml,
    name: Text,
    _: *const Frame,
    _: Text,
    file: Text,
    line: isize,
) {
    // SAFETY: passed on.
    unsafe { readable(root, name, site(c"rCAMLreturn", file, line)) };
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_raise(
    frame: *mut Frame,
    root: *const RawOCaml,
    name: Text,
    _: Text,
    file: Text,
    line: isize,
) -> RawOCaml {
    let site = site(c"rCAMLraise", file, line);
    // SAFETY: passed on. Leaving collects nothing, so the word stays live.
    unsafe {
        readable(root, name, site);
        words::check_is(*root, 1, text(name), site);
        let word = *root;
        leave(frame, crate::frame::REGION, site, true);
        word
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_param(
    _: *const Frame,
    root: *const RawOCaml,
    index: c_int,
    _: Text,
    file: Text,
    line: isize,
) {
    let site = site(c"rCAMLregion", file, line);
    let name = format!("parameter {}", index + 1);
    if root.is_null() {
        stop(site, &format!("{name} is NULL"), "rCAMLregion takes the addresses of parameters");
    }
    // SAFETY: a variable of the caller.
    words::check_fresh(unsafe { *root }, &name, site);
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_call(
    frame: *mut Frame,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    allowed(Operation::Call, site);
    let thread = CThread::current();
    // SAFETY: the header's own frame.
    unsafe {
        frame.write(Frame {
            thread,
            outer: frame::current(),
            mark: thread.stack.mark(),
            locals: *domain_state::local_roots(domain_state::current()),
            kind: CALL,
            file,
            function,
            line,
            number: 0,
        });
    }
    frame::set_current(frame);
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_called(
    frame: *mut Frame,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    let open = frame::current();
    if open != frame {
        let name = registry::region(open).map_or_else(|| "a section".into(), |r| r.name.clone());
        let wrong = format!("{name} was not left: an exception has jumped over it");
        stop(site, &wrong, "a region is left before its function raises: rCAMLraise does both");
    }
    // SAFETY: the header's own frame, pushed before the call.
    unsafe {
        registry::retire((*frame).mark);
        frame::set_current((*frame).outer);
    }
}

static COLLECT: AtomicBool = AtomicBool::new(false);

/// Makes every call that may allocate collect first, so that a stale value shows at once.
#[unsafe(no_mangle)]
extern "C" fn bactrian_checked_collect(on: c_int) {
    COLLECT.store(on != 0, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_use(function: Text, file: Text, line: isize) {
    static ENVIRONMENT: Once = Once::new();
    ENVIRONMENT.call_once(|| {
        if std::env::var_os("BACTRIAN_CHECKED_COLLECT").is_some_and(|v| v != "0") {
            COLLECT.store(true, Ordering::Relaxed);
        }
    });
    allowed(Operation::Use, named(function, file, line));
    if COLLECT.load(Ordering::Relaxed) {
        // SAFETY: the lock is held, as was checked. Runs no OCaml code.
        unsafe { caml_empty_minor_heaps_once() };
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_in(
    root: *const RawOCaml,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    // SAFETY: passed on.
    unsafe { readable(root, name, named(function, file, line)) };
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_out(
    root: *const RawOCaml,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    // SAFETY: passed on.
    unsafe { check(root, text(name), Operation::Write, site) };
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_is(
    root: *const RawOCaml,
    what: isize,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    // SAFETY: passed on; the word was found to be fresh.
    unsafe {
        readable(root, name, site);
        words::check_is(*root, what, text(name), site);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_index(
    root: *const RawOCaml,
    what: isize,
    index: isize,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    // SAFETY: as above.
    unsafe {
        readable(root, name, site);
        words::check_index(*root, what, index, text(name), site);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_number(
    number: isize,
    low: isize,
    high: isize,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    if !(low..=high).contains(&number) {
        // SAFETY: the headers pass literals.
        let wrong = format!("`{}` is {number}", unsafe { text(name) });
        stop(named(function, file, line), &wrong, &format!("it is from {low} to {high}"));
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_assert(
    holds: c_int,
    condition: Text,
    _: Text,
    file: Text,
    line: isize,
) {
    if holds == 0 {
        // SAFETY: the headers pass literals.
        let wrong = format!("`{}` does not hold", unsafe { text(condition) });
        stop(site(c"icaml_assert", file, line), &wrong, "what icaml_assert says holds");
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_outside(
    bytes: Text,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    // SAFETY: the headers pass literals.
    words::check_outside(bytes as usize, unsafe { text(name) }, named(function, file, line));
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_global(
    root: *const RawOCaml,
    on: c_int,
    name: Text,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    const RULE: &str = "a global root is registered once, before it is used, and removed once";
    if root.is_null() {
        // SAFETY: the headers pass literals.
        stop(site, &format!("`{}` is NULL", unsafe { text(name) }), RULE);
    }
    if on == 0 {
        if registry::global_removed(root as usize).is_none() {
            stop(site, "this variable is not registered", RULE);
        }
        return;
    }
    if registry::root(root as usize).is_some() {
        stop(
            site,
            "this is a root of a region already",
            "a global root is a variable of the program",
        );
    }
    if let Some(before) = registry::global_registered(root as usize, site) {
        stop(site, &format!("this variable is registered already, by {before}"), RULE);
    }
    // SAFETY: the caller's variable.
    words::check_fresh(unsafe { *root }, "the variable", site);
}
