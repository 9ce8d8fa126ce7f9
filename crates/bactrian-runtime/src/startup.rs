//! How the OCaml runtime starts and ends: by OCaml's own `main`, or by Rust.
//!
//! The runtime is started at most once in a process and never freed while anything could still use it: see
//! [`OCamlRuntimeStartupGuard`] for what its end means and why.

use crate::exception::OCamlException;
use crate::ffi::domain_state;
use crate::ffi::mlvalues::{RawOCaml, UNIT, extract_exception, is_exception_result};
use crate::ffi::signals::{caml_enter_blocking_section_no_pending, caml_leave_blocking_section};
use crate::ffi::startup::{
    Startup, caml_minor_heaps_start, caml_print_exception_backtrace, caml_shutdown,
    caml_startup_exn,
};
use crate::import;
use crate::lock::OCamlLockError;
use crate::named::NamedValue;
use crate::runtime::OCamlRuntime;
use core::cell::Cell;
use core::ffi::c_char;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::ffi::{CString, OsString};
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

/// Nobody has started the runtime, as far as is known: OCaml may have.
const NOT_STARTED: u8 = 0;
/// A thread is in `caml_startup_exn`.
const STARTING: u8 = 1;
/// As before, and the OCaml library `bactrian` is there: threads that the other modules start may use OCaml.
const INITIALISING: u8 = 2;
/// OCaml can be used.
const RUNNING: u8 = 3;
/// An OCaml module could not be initialised.
const FAILED: u8 = 4;
/// The guard was dropped. What was inside OCaml then may finish.
const CLOSED: u8 = 5;
/// `caml_shutdown` has freed the runtime.
const FREED: u8 = 6;

static STATE: AtomicU8 = AtomicU8::new(NOT_STARTED);
/// Whether it was Rust that started the runtime.
static BY_RUST: AtomicBool = AtomicBool::new(false);
/// Why the runtime could not be started.
static FAILURE: OnceLock<String> = OnceLock::new();

/// Wakes those who wait for another state.
static CHANGED: Condvar = Condvar::new();
static CHANGING: Mutex<()> = Mutex::new(());

thread_local! {
    /// Whether this thread started the runtime, and so is domain 0's first.
    static STARTER: Cell<bool> = const { Cell::new(false) };
}

fn state() -> u8 {
    STATE.load(Ordering::Acquire)
}

fn set_state(state: u8) {
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    STATE.store(state, Ordering::Release);
    CHANGED.notify_all();
}

/// Waits while the state is one of these.
fn wait_while(states: &[u8]) {
    let mut changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    while states.contains(&state()) {
        changing = CHANGED.wait(changing).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Whether the runtime has been set up, by whomever.
fn exists() -> bool {
    // SAFETY: a word of the runtime's, written once.
    unsafe { caml_minor_heaps_start.load(Ordering::Acquire) != 0 }
}

/// `external start : unit -> unit = "bactrian_start"`, called when the OCaml library `bactrian` is initialised: in a
/// program that OCaml starts, and inside `init` in one that Rust starts.
#[unsafe(no_mangle)]
extern "C" fn bactrian_start(_unit: RawOCaml) -> RawOCaml {
    crate::panic::install_hook();
    crate::custom::start();
    // After that of the threads library, and before there is a second domain.
    crate::domain_end::install_hook();
    set_state(if state() == STARTING { INITIALISING } else { RUNNING });
    UNIT
}

/// `external flush : unit -> unit = "bactrian_flush"`, run by `at_exit`: writes what Rust has printed and not yet written, a line
/// without its end. OCaml's `exit` ends the process without what Rust does at its own end.
#[unsafe(no_mangle)]
extern "C" fn bactrian_flush(_unit: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml calls this with the lock held, and nobody on this thread uses a handle meanwhile.
    let mut rt = unsafe { OCamlRuntime::recover() };
    // Another thread may hold Rust's lock of stdout and wait for OCaml's.
    rt.releasing_runtime(flush_stdout);
    UNIT
}

fn flush_stdout() {
    // There is nobody left to tell.
    let _ = std::io::stdout().flush();
}

/// Whether this thread started the runtime: it needs no registration, and has none to take back.
pub(crate) fn is_starter() -> bool {
    STARTER.get()
}

/// Whether the runtime's memory is gone.
pub(crate) fn is_freed() -> bool {
    state() == FREED
}

/// Notes that `caml_shutdown` is freeing the runtime, also when it was not Rust that asked for it.
pub(crate) fn note_freed() {
    set_state(FREED);
}

/// Whether OCaml can be used; waits for a thread that is starting it.
#[inline]
pub(crate) fn require_running() -> Result<(), OCamlLockError> {
    if state() == RUNNING {
        return Ok(());
    }
    wait_until_running()
}

#[cold]
#[inline(never)]
fn wait_until_running() -> Result<(), OCamlLockError> {
    if !is_starter() {
        wait_while(&[STARTING]);
    }
    match state() {
        RUNNING | INITIALISING | STARTING => Ok(()),
        // A program that OCaml started, without the OCaml library `bactrian`.
        NOT_STARTED if exists() => {
            set_state(RUNNING);
            Ok(())
        }
        NOT_STARTED => Err(OCamlLockError::NotStarted),
        FAILED => Err(OCamlLockError::Failed(failure())),
        _ => Err(OCamlLockError::Ended),
    }
}

fn failure() -> String {
    FAILURE.get().cloned().unwrap_or_else(|| "of an exception".to_owned())
}

/// Why the OCaml runtime could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OCamlStartupError {
    /// `OCamlRuntime::init` was called before: a process has one OCaml runtime.
    AlreadyStarted,
    /// The program was started by OCaml, whose runtime runs already.
    StartedByOCaml,
    /// The runtime has ended. It cannot be started again in this process.
    Ended,
    /// The program has no OCaml modules that could be run: `bactrian-build` links them.
    NotLinked,
    /// An argument holds a NUL byte.
    Argument(OsString),
    /// An OCaml module raised this exception when it was initialised.
    Raised(String),
}

impl core::fmt::Display for OCamlStartupError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::AlreadyStarted => f.write_str(
                "the OCaml runtime has been started already: a process has one, and OCamlRuntime::init is called once",
            ),
            Self::StartedByOCaml => f.write_str(
                "this program was started by OCaml, whose runtime runs already: OCamlRuntime::init is for programs that \
                 Rust starts",
            ),
            Self::Ended => {
                f.write_str("the OCaml runtime has ended, and cannot be started again in this process")
            }
            Self::NotLinked => f.write_str(
                "this program has no OCaml modules: link some by `bactrian_build::Dune` in build.rs",
            ),
            Self::Argument(argument) => {
                write!(f, "the argument {argument:?} holds a NUL byte, which Sys.argv cannot")
            }
            Self::Raised(exception) => {
                write!(f, "an OCaml module could not be initialised: exception {exception}")
            }
        }
    }
}

impl std::error::Error for OCamlStartupError {}

impl From<OCamlStartupError> for String {
    /// The message, for functions whose errors are strings.
    fn from(error: OCamlStartupError) -> Self {
        error.to_string()
    }
}

impl OCamlRuntime {
    /// Starts the OCaml runtime in a program whose `main` is Rust's, and runs its OCaml modules.
    ///
    /// `Sys.argv` is the program's arguments. The calling thread becomes the main thread of domain 0. On return it does
    /// not hold the domain's lock: use OCaml by [`with_domain_lock`](Self::with_domain_lock), from this thread or any other.
    /// When the guard is dropped, OCaml's `at_exit` functions run.
    ///
    /// # Errors
    /// When the runtime was started before, by Rust or by OCaml, or when an OCaml module raises an exception while it
    /// is initialised. (OCaml's `exit`, called by a module, ends the process.)
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlRuntime, OCamlStartupError};
    /// fn main() -> Result<(), OCamlStartupError> {
    ///     let _guard = OCamlRuntime::init()?;
    ///     OCamlRuntime::with_domain_lock(|rt| println!("domain {}", rt.domain_id()));
    ///     Ok(())
    /// }
    /// ```
    pub fn init() -> Result<OCamlRuntimeStartupGuard, OCamlStartupError> {
        Self::init_with_args(std::env::args_os())
    }

    /// As [`init`](Self::init), with other arguments for `Sys.argv`, of which the first is the program's name.
    ///
    /// # Errors
    /// As `init`, and when an argument holds a NUL byte.
    pub fn init_with_args<A: Into<OsString>>(
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<OCamlRuntimeStartupGuard, OCamlStartupError> {
        start(arguments.into_iter().map(Into::into).collect())
            .map(|()| OCamlRuntimeStartupGuard { _not_send_or_sync: PhantomData })
    }

    /// Makes sure that the OCaml runtime runs, for the rest of the process: starts it unless somebody has.
    ///
    /// For tests, and for libraries that work in programs of both kinds. Threads that come while another one starts the
    /// runtime wait for it. Nobody runs the `at_exit` functions. `Sys.argv` is the program's arguments.
    ///
    /// # Errors
    /// As [`init`](Self::init), but not when the runtime runs already.
    pub fn init_persistent() -> Result<(), OCamlStartupError> {
        ensure_started(std::env::args_os().collect())
    }

    /// Runs OCaml's `at_exit` functions and ends the process.
    ///
    /// As OCaml's `exit`, and unlike [`std::process::exit`] alone, which does not know of OCaml: what OCaml has not yet
    /// written to its channels is lost then. Neither runs destructors of Rust.
    pub fn exit(&mut self, code: i32) -> ! {
        flush_stdout();
        run_at_exit(self);
        std::process::exit(code)
    }
}

/// Keeps the OCaml runtime running. Made by [`OCamlRuntime::init`].
///
/// When it is dropped, also by a panic that unwinds through `main`:
///
/// 1. OCaml's `at_exit` functions run on this thread, the last registered first, and OCaml's channels are flushed. They may use
///    Rust, and wait for threads that use OCaml. An exception of one is printed, and the next one runs.
/// 2. From then on nobody enters OCaml any more: `with_domain_lock` panics. What is inside OCaml on another thread or domain may
///    finish, and is ended by the end of the process, as in a program that OCaml starts. [`BoxRoot`](crate::BoxRoot)s may still be dropped.
///
/// The runtime's memory is left to the end of the process, as OCaml's own `exit` does. `caml_shutdown` would free it under threads that
/// have released the lock (a Bigarray that one is filling, a Rust value that one is using), and would end other
/// domains where they stand, in frames of Rust too. [`shutdown`](Self::shutdown) calls it for those who know that there are none.
///
/// If it is never dropped (`std::process::exit`, `std::mem::forget`, an abort), the `at_exit` functions do not run.
///
/// # Panics
/// Its drop panics when this thread holds the domain's lock, since somebody then has the runtime in hand.
#[must_use = "OCaml's at_exit functions run, and OCaml ends, when the guard is dropped"]
#[derive(Debug)]
pub struct OCamlRuntimeStartupGuard {
    _not_send_or_sync: PhantomData<*mut ()>,
}

impl OCamlRuntimeStartupGuard {
    /// Ends the runtime as the guard's drop does, then frees its memory by `caml_shutdown`, which also finalises custom
    /// blocks: Rust values that OCaml owns are dropped.
    ///
    /// For programs that go on for long without OCaml, and for leak checkers.
    ///
    /// # Safety
    /// No other thread may be inside OCaml, have released the lock to go back there, or be in the middle of
    /// ending after having used OCaml; no other domain may be running; no memory of an OCaml value (a Bigarray's, a Rust value's) may
    /// be in use.
    ///
    /// # Panics
    /// When this thread holds the domain's lock.
    pub unsafe fn shutdown(self) {
        core::mem::forget(self);
        refuse_if_held();
        if state() != RUNNING {
            return;
        }
        OCamlRuntime::with_domain_lock(run_at_exit);
        free();
    }
}

impl Drop for OCamlRuntimeStartupGuard {
    fn drop(&mut self) {
        if OCamlRuntime::is_held() && std::thread::panicking() {
            eprintln!(
                "bactrian: the guard of OCamlRuntime::init is dropped while this thread holds the domain's lock: OCaml's at_exit \
                 functions do not run"
            );
            return;
        }
        refuse_if_held();
        if state() != RUNNING {
            return;
        }
        OCamlRuntime::with_domain_lock(|rt| {
            run_at_exit(rt);
            set_state(CLOSED);
        });
    }
}

fn refuse_if_held() {
    assert!(
        !OCamlRuntime::is_held(),
        "the guard of OCamlRuntime::init is dropped while this thread holds the domain's lock: drop it outside \
         with_domain_lock"
    );
}

/// Frees the runtime.
fn free() {
    // SAFETY: this thread started the runtime and does not hold the lock; the caller of `shutdown` vouches that nobody
    // else uses OCaml. No handle is made.
    unsafe {
        caml_leave_blocking_section();
        caml_shutdown();
    }
    // The runtime leaves `caml_state` as it is on this thread, which holds nothing any more.
    crate::roots::end_domain();
    note_freed();
    crate::custom::end();
}

/// Runs the functions that were given to `at_exit`. One that raises does not keep the others from running.
fn run_at_exit(rt: &mut OCamlRuntime) {
    static AT_EXIT: NamedValue = NamedValue::new(c"Pervasives.do_at_exit");
    /// A function may register itself anew each time, and raise.
    const MOST: usize = 1000;
    for _ in 0..MOST {
        // SAFETY: the function of Stdlib is one of `unit -> unit`.
        let outcome = unsafe { import::call::<(), 1>(rt, &AT_EXIT, [UNIT]) }.map(|_| ());
        match outcome {
            Ok(()) => return,
            // What it had not run yet is run by the next call.
            Err(exception) => eprintln!(
                "bactrian: a function given to OCaml's at_exit raised exception {}",
                exception.message(rt)
            ),
        }
    }
}

fn ensure_started(arguments: Vec<OsString>) -> Result<(), OCamlStartupError> {
    match start(arguments) {
        Err(OCamlStartupError::StartedByOCaml) => Ok(()),
        Err(OCamlStartupError::AlreadyStarted) => {
            // Whoever holds the lock is called by a module that is being initialised.
            if !is_starter() && !OCamlRuntime::is_held() {
                wait_while(&[STARTING, INITIALISING]);
            }
            refusal(state()).map_or(Ok(()), Err)
        }
        outcome => outcome,
    }
}

/// Why the runtime cannot be used in this state, if so.
fn refusal(state: u8) -> Option<OCamlStartupError> {
    match state {
        FAILED => Some(OCamlStartupError::Raised(failure())),
        CLOSED | FREED => Some(OCamlStartupError::Ended),
        _ => None,
    }
}

fn start(arguments: Vec<OsString>) -> Result<(), OCamlStartupError> {
    let arguments = c_strings(arguments)?;
    if state() == NOT_STARTED && exists() {
        set_state(RUNNING);
    }
    if let Err(found) =
        STATE.compare_exchange(NOT_STARTED, STARTING, Ordering::AcqRel, Ordering::Acquire)
    {
        return Err(match refusal(found) {
            Some(error) => error,
            None if found != RUNNING || BY_RUST.load(Ordering::Acquire) => {
                OCamlStartupError::AlreadyStarted
            }
            None => OCamlStartupError::StartedByOCaml,
        });
    }
    let Some(startup) = caml_startup_exn() else {
        set_state(NOT_STARTED);
        return Err(OCamlStartupError::NotLinked);
    };
    BY_RUST.store(true, Ordering::Release);
    STARTER.set(true);
    crate::panic::install_hook();
    let outcome = run_modules(startup, arguments);
    set_state(if outcome.is_ok() { RUNNING } else { FAILED });
    outcome
}

/// Starts the runtime and runs the OCaml modules; the lock is released afterwards.
fn run_modules(startup: Startup, arguments: Vec<*const c_char>) -> Result<(), OCamlStartupError> {
    // The runtime may keep what it is given.
    let arguments = arguments.leak();
    let signal_stack = SignalStack::of_this_thread();
    // SAFETY: the arguments end in null and live for ever; the runtime has not been started before.
    let result = unsafe { startup(arguments.as_ptr()) };
    drop(signal_stack);
    let outcome = after_startup(result);
    // SAFETY: this thread started the runtime, and so holds the lock.
    unsafe { caml_enter_blocking_section_no_pending() };
    outcome
}

/// The stack that Rust has set up for the signal of a stack overflow, which is reported from there. The runtime puts its own in its
/// place while it starts, and none afterwards.
struct SignalStack(libc::stack_t);

impl SignalStack {
    fn of_this_thread() -> Option<Self> {
        let mut stack = core::mem::MaybeUninit::uninit();
        // SAFETY: the call fills `stack` when it succeeds.
        unsafe {
            let done = libc::sigaltstack(core::ptr::null(), stack.as_mut_ptr()) == 0;
            done.then(|| Self(stack.assume_init()))
        }
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        if self.0.ss_flags & libc::SS_DISABLE == 0 {
            // SAFETY: the stack is the one that was in use, and Rust keeps it as long as the thread.
            unsafe { libc::sigaltstack(&self.0, core::ptr::null_mut()) };
        }
    }
}

/// Looks at what the modules' initialisers gave: a function of its own, since the compiler may read the domain's state early.
#[inline(never)]
fn after_startup(result: RawOCaml) -> Result<(), OCamlStartupError> {
    if !is_exception_result(result) {
        return Ok(());
    }
    // SAFETY: this thread started the runtime, and so holds the lock; nobody has a handle.
    let mut rt = unsafe { OCamlRuntime::recover() };
    // SAFETY: the exception was just returned.
    let exception = unsafe { OCamlException::caught(&mut rt, extract_exception(result)) };
    let message = exception.message(&rt);
    // SAFETY: the lock is held; what was raised last is this exception.
    unsafe {
        if domain_state::backtrace_active(domain_state::current()) {
            caml_print_exception_backtrace();
        }
    }
    drop(exception);
    run_at_exit(&mut rt);
    let _ = FAILURE.set(message.clone());
    Err(OCamlStartupError::Raised(message))
}

/// The arguments as C strings that are never freed, and a null.
fn c_strings(arguments: Vec<OsString>) -> Result<Vec<*const c_char>, OCamlStartupError> {
    let mut pointers = Vec::with_capacity(arguments.len() + 2);
    for argument in arguments {
        let text = CString::new(argument.into_vec())
            .map_err(|error| OCamlStartupError::Argument(OsString::from_vec(error.into_vec())))?;
        pointers.push(text.into_raw().cast_const());
    }
    if pointers.is_empty() {
        // OCaml expects its own name at least.
        pointers.push(c"ocaml".as_ptr());
    }
    pointers.push(core::ptr::null());
    Ok(pointers)
}

/// What `#[bactrian::ocaml_test]` expands to: starts the runtime if this is the first test of the process, and takes the lock.
#[doc(hidden)]
pub fn run_test<R>(test: impl FnOnce(&mut OCamlRuntime) -> R) -> R {
    // The arguments of a test program are for the test runner.
    let name = std::env::args_os().take(1).collect();
    if let Err(error) = ensure_started(name) {
        panic!("{error}");
    }
    OCamlRuntime::with_domain_lock(test)
}
