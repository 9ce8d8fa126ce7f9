//! The functions that the headers call. Strings are literals; sites are those of the caller.

use super::registry;
use super::roots::check;
use super::{allowed, forgotten, stop, words};
use crate::frame::{self, CALL, Frame, REACQUIRED, REGION, RELEASED, SUBREGION, Site, text};
use crate::state::{FORGOTTEN, Operation};
use bactrian_runtime::OCamlRuntime;
use bactrian_runtime::c::CThread;
use bactrian_runtime::ffi::domain_state;
use bactrian_runtime::ffi::mlvalues::{RawOCaml, UNIT};
use core::ffi::{CStr, c_char, c_int, c_void};
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

/// The caller's `region_t`: its contents are not used.
type Key = *const c_void;

/// `caller` is an address in the stack frame of the function that enters, above its variables.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_enter(
    region: Key,
    kind: isize,
    caller: Key,
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
    if region.is_null() {
        stop(site, "the region is NULL", "a region is a region_t of the caller");
    }
    let address = region as usize;
    // SAFETY: the frames of this thread are the library's.
    let open = || OCamlRuntime::is_held().then(|| unsafe { frame::current().as_ref() }).flatten();
    let (caller, entered) = (caller as usize, named(function, file, line));
    let has_returned = |open: &Frame| open.is_forgotten(caller, entered.function);
    if operation == Operation::Enter
        && let Some(open) = open().filter(|&open| has_returned(open))
    {
        stop(site, &forgotten(open), FORGOTTEN);
    }
    allowed(operation, site);
    let mut outer = open();
    while let Some(open) = outer {
        if open.region == address {
            if has_returned(open) {
                stop(site, &forgotten(open), FORGOTTEN);
            }
            let wrong = format!("this region_t is in use: {}", open.describe());
            stop(site, &wrong, "each region has a region_t of its own");
        }
        // SAFETY: as above.
        outer = unsafe { open.outer.as_ref() };
    }
    let mark = registry::mark_of_entry();
    let frame = frame::push(kind, entered, address);
    let here = 0u8;
    let is_local = (&raw const here as usize..caller).contains(&address);
    // SAFETY: just entered.
    unsafe {
        (*frame).mark = mark;
        (*frame).caller = if is_local { caller } else { 0 };
        registry::entered(&*frame);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_leave(
    region: Key,
    kind: isize,
    _: Text,
    file: Text,
    line: isize,
) {
    let site = match (file.is_null(), kind == SUBREGION) {
        (true, _) => region_site(region as usize),
        (_, true) => site(c"rcaml_subleave", file, line),
        (_, false) => site(c"rcaml_leave", file, line),
    };
    // SAFETY: passed on.
    unsafe { leave(region as usize, kind, site, false) };
}

/// The end of a function with rCAMLregion: the place is where that stands, if the frame is a region's.
fn region_site(region: usize) -> Site {
    let function = "rCAMLreturn from the rCAMLregion";
    match registry::region(region) {
        Some(region) => Site { function, ..region.entered },
        None => Site { function, file: "", line: 0 },
    }
}

/// # Safety
/// The frames of this thread must be live.
unsafe fn leave(region: usize, kind: isize, site: Site, raising: bool) {
    allowed(Operation::Use, site);
    match registry::region(region) {
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
    // SAFETY: known and not left, so in the list of this thread; the lock is held.
    unsafe {
        let mut frame = frame::current();
        while !frame.is_null() && (*frame).region != region {
            if !raising {
                stop(site, &format!("{} is still open", (*frame).describe()), ORDER);
            }
            if matches!((*frame).kind, RELEASED | REACQUIRED | CALL) {
                let wrong = format!("{} is still open", (*frame).describe());
                stop(site, &wrong, "a section is ended before its function raises");
            }
            frame = (*frame).outer;
        }
        let Some(open) = frame.as_ref() else {
            stop(site, "this region was never entered", ORDER);
        };
        if open.kind != kind {
            stop(site, &format!("it is given {}", open.describe()), ORDER);
        }
        if open.level > frame::level() {
            let wrong = format!("{} is disabled by a call into OCaml", open.describe());
            stop(site, &wrong, ORDER);
        }
        if kind != SUBREGION {
            *domain_state::local_roots(domain_state::current()) = open.locals;
        }
        registry::retire(open.mark);
        loop {
            let inner = frame::current();
            registry::left(&*inner, site);
            frame::pop();
            if inner == frame {
                break;
            }
        }
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
            if frame.is_null()
                || (*frame).level != frame::level()
                || matches!((*frame).kind, RELEASED | REACQUIRED | CALL)
            {
                return;
            }
            registry::retire((*frame).mark);
            registry::left(&*frame, site);
            frame::pop();
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
    _: Key,
    _: Text,
    file: Text,
    line: isize,
) {
    // SAFETY: passed on.
    unsafe { readable(root, name, site(c"rCAMLreturn", file, line)) };
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_raise(
    region: Key,
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
        leave(region as usize, REGION, site, true);
        word
    }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_param(
    _: Key,
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
    call: Key,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    allowed(Operation::Call, site);
    frame::push(CALL, site, call as usize);
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn bactrian_checked_called(
    call: Key,
    function: Text,
    file: Text,
    line: isize,
) {
    let site = named(function, file, line);
    // SAFETY: the frames of this thread are the library's, and that of the call is one of them.
    unsafe {
        let open = &*frame::current();
        if open.region != call as usize {
            stop(site, &forgotten(open), FORGOTTEN);
        }
        registry::retire(open.mark);
        frame::pop();
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
    hold: *const bool,
    count: c_int,
    conditions: Text,
    _: Text,
    file: Text,
    line: isize,
) {
    // SAFETY: the header passes an array of so many, and literals.
    unsafe {
        let hold = core::slice::from_raw_parts(hold, count as usize);
        if let Some(index) = hold.iter().position(|&holds| !holds) {
            let wrong = format!("`{}` does not hold", part(text(conditions), index));
            stop(site(c"icaml_assert", file, line), &wrong, "what icaml_assert says holds");
        }
    }
}

/// One of the conditions of `icaml_assert`, by the commas outside parentheses.
fn part(conditions: &str, index: usize) -> &str {
    let mut depth = 0;
    let mut parts = conditions.split(|c| {
        depth += i32::from(matches!(c, '(' | '[' | '{'));
        depth -= i32::from(matches!(c, ')' | ']' | '}'));
        c == ',' && depth == 0
    });
    parts.nth(index).unwrap_or(conditions).trim()
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
