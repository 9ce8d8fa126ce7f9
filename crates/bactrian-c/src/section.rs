//! Released and re-acquired sections. Their rules are checked in release mode too: a lock costs far more.

use crate::checked::{self, registry};
use crate::frame::{self, Frame, REACQUIRED, RELEASED, Site};
use crate::state::Operation;
use bactrian_runtime::OCamlLockError;
use bactrian_runtime::c::{CThread, domain_ended, register_thread};
use bactrian_runtime::ffi::signals::{
    caml_enter_blocking_section_no_pending, caml_leave_blocking_section,
};
use core::cell::Cell;
use core::ffi::c_char;
use core::ptr::null_mut;

thread_local! {
    /// The frame that released the lock: read without the lock, when the thread's roots may not be looked at.
    static RELEASING: Cell<*mut Frame> = const { Cell::new(null_mut()) };
}

/// Releases the lock. The variant that runs no signal handlers: one could raise over the caller.
///
/// # Safety
/// The strings must be literals.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_release(file: *const c_char, line: isize, function: *const c_char) {
    // SAFETY: passed on.
    let site = unsafe { Site::new(c"rcaml_release_runtime_system".as_ptr(), file, line) };
    checked::allowed(Operation::Release, site);
    // SAFETY: passed on.
    let entered = unsafe { Site::new(function, file, line) };
    let frame = frame::push(RELEASED, entered, 0);
    // SAFETY: just entered. There is an outer one when Rust has taken the lock inside it.
    unsafe { (*frame).releasing = RELEASING.replace(frame) };
    // SAFETY: the lock is held, as was checked.
    unsafe { caml_enter_blocking_section_no_pending() };
}

/// Takes the lock that [`bactrian_c_release`] released.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_acquire(
    file: *const c_char,
    line: isize,
    _function: *const c_char,
) {
    // SAFETY: passed on.
    let site = unsafe { Site::new(c"rcaml_acquire_runtime_system".as_ptr(), file, line) };
    checked::allowed(Operation::Acquire, site);
    let frame = RELEASING.get();
    if frame.is_null() {
        checked::stop(
            site,
            "this thread has not released the lock",
            "the lock is acquired only where it was released",
        );
    }
    // SAFETY: the thread is known to OCaml and has released its lock; the frame is the one entered then.
    unsafe {
        caml_leave_blocking_section();
        RELEASING.set((*frame).releasing);
        let open = &*frame::current();
        if !core::ptr::eq(open, frame) {
            const RULE: &str =
                "the lock is acquired again after the sections that re-acquired it are ended";
            checked::stop(site, &format!("{} is still open", open.describe()), RULE);
        }
        frame::pop();
    }
}

/// Takes the lock for a while, with a region, inside a released section or on a thread of C.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_reacquire(
    file: *const c_char,
    line: isize,
    function: *const c_char,
) {
    // SAFETY: passed on.
    let site = unsafe { Site::new(c"rcaml_reacquire_runtime_system".as_ptr(), file, line) };
    checked::allowed(Operation::Reacquire, site);
    if domain_ended() {
        checked::stop(
            site,
            "this thread was a domain's own, and the domain has ended",
            "what runs when such a thread ends, a destructor for instance, does not use OCaml",
        );
    }
    if RELEASING.get().is_null()
        && let Err(error) = register_thread()
    {
        let wrong = match &error {
            OCamlLockError::NotStarted => "the OCaml runtime has not been started",
            OCamlLockError::Ended => "the OCaml runtime has ended",
            OCamlLockError::NoThreads => "the program has no OCaml threads library",
            other => &other.to_string(),
        };
        checked::stop(
            site,
            wrong,
            "a thread of C uses OCaml while the runtime runs, in a program with threads.posix",
        );
    }
    // SAFETY: the thread is known to OCaml and does not hold the lock.
    unsafe { caml_leave_blocking_section() };
    // SAFETY: passed on; just entered.
    unsafe {
        let frame = frame::push(REACQUIRED, Site::new(function, file, line), 0);
        (*frame).releasing = RELEASING.replace(null_mut());
        registry::entered(&*frame);
    }
    let open = &CThread::current().open;
    open.set(open.get() + 1);
}

/// Ends what [`bactrian_c_reacquire`] began.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_c_rerelease(
    file: *const c_char,
    line: isize,
    _function: *const c_char,
) {
    // SAFETY: passed on.
    let site = unsafe { Site::new(c"rcaml_rerelease_runtime_system".as_ptr(), file, line) };
    const RULE: &str = "the lock is released again by the section that re-acquired it, after its sub-regions are left";
    checked::allowed(Operation::Release, site);
    let frame = frame::current();
    // SAFETY: the current frame is live; when it is a re-acquired one it was entered above.
    unsafe {
        if frame.is_null() {
            checked::stop(site, "no section has re-acquired the lock", RULE);
        }
        if (*frame).kind != REACQUIRED {
            checked::stop(site, &format!("{} is still open", (*frame).describe()), RULE);
        }
        registry::left(&*frame, site);
        let thread = CThread::current();
        thread.stack.leave((*frame).mark);
        thread.open.set(thread.open.get().saturating_sub(1));
        RELEASING.set((*frame).releasing);
        frame::pop();
        caml_enter_blocking_section_no_pending();
    }
}
