//! The domain's lock: taking it on a foreign thread, and letting it go for a while.

use crate::checked::checked;
use crate::ffi::optional::optional_symbol;
use crate::ffi::signals::{caml_enter_blocking_section_no_pending, caml_leave_blocking_section};
use crate::runtime::OCamlRuntime;
use core::cell::Cell;
use core::ffi::c_int;

impl OCamlRuntime {
    /// Lets other threads and the collector run while `body` does something that does not need OCaml.
    ///
    /// The handle is borrowed, so no OCaml value can be used inside. Signal handlers that become due are run when the
    /// exported function returns.
    ///
    /// A panic of `body` goes on after the lock is held again.
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn releasing_runtime<R>(&mut self, body: impl FnOnce() -> R + Send) -> R {
        struct Reacquire;
        impl Drop for Reacquire {
            fn drop(&mut self) {
                // SAFETY: the lock was released below, on this thread.
                unsafe { caml_leave_blocking_section() }
            }
        }
        checked! { let _released = crate::checked::releases(); }
        // SAFETY: the handle proves that the lock is held; it cannot be used until the guard is dropped. The variant
        // without pending actions cannot raise over this frame.
        unsafe { caml_enter_blocking_section_no_pending() };
        let _reacquire = Reacquire;
        body()
    }

    /// Takes the lock of domain 0 on a thread that OCaml did not start, and runs `body`.
    ///
    /// The thread is made known to OCaml the first time and taken back when it exits. On a thread that OCaml
    /// knows already but that has released its lock, the lock is taken again.
    ///
    /// # Panics
    /// When the lock is held already (a second handle would let one allocate behind the other's
    /// back: pass the first on), when the runtime has not been started or has ended, or when the thread is
    /// not the one that started it and the program has no OCaml threads library (`threads.posix`).
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn with_domain_lock<R>(body: impl FnOnce(&mut OCamlRuntime) -> R) -> R {
        match Self::try_with_domain_lock(body) {
            Ok(result) => result,
            Err(OCamlLockError::Held) => {
                panic!("OCamlRuntime::with_domain_lock: {}", OCamlLockError::Held)
            }
            Err(OCamlLockError::NoThreads) => {
                panic!("OCamlRuntime::with_domain_lock: {}", OCamlLockError::NoThreads)
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`with_domain_lock`](Self::with_domain_lock), for code that does not know whether OCaml can be used: a thread that
    /// outlives the runtime, a library in programs of both kinds, a destructor.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlLockError, OCamlRuntime};
    /// // Nobody has started OCaml in this program.
    /// let answer = OCamlRuntime::try_with_domain_lock(|rt| rt.domain_id());
    /// assert_eq!(answer, Err(OCamlLockError::NotStarted));
    /// ```
    ///
    /// # Errors
    /// Where `with_domain_lock` panics. The body has not run then.
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn try_with_domain_lock<R>(
        body: impl FnOnce(&mut OCamlRuntime) -> R,
    ) -> Result<R, OCamlLockError> {
        struct Release {
            was_foreign: bool,
        }
        impl Drop for Release {
            fn drop(&mut self) {
                FOREIGN.set(self.was_foreign);
                // SAFETY: the lock was taken below, on this thread.
                unsafe { caml_enter_blocking_section_no_pending() }
            }
        }
        if OCamlRuntime::is_held() {
            return Err(OCamlLockError::Held);
        }
        try_register_thread()?;
        // SAFETY: the thread is known to OCaml, and does not hold the lock.
        unsafe { caml_leave_blocking_section() };
        checked! {
            let site = crate::checked::Site::here("OCamlRuntime::with_domain_lock");
            let _locked = crate::checked::open(crate::checked::Kind::Locked, site);
        }
        let _release = Release { was_foreign: FOREIGN.replace(true) };
        // SAFETY: the lock is held until the guard is dropped, and nobody else on this thread has a handle.
        Ok(run(body, &mut unsafe { OCamlRuntime::recover() }))
    }
}

/// Why a thread cannot take the domain's lock. See [`OCamlRuntime::try_with_domain_lock`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OCamlLockError {
    /// This thread holds the lock: somebody below has the handle.
    Held,
    /// `OCamlRuntime::init` was not called yet, in a program that Rust starts.
    NotStarted,
    /// An OCaml module raised this exception when it was initialised.
    Failed(String),
    /// The runtime has ended.
    Ended,
    /// The thread is not OCaml's own, and the program has no OCaml threads library, which would make it known.
    NoThreads,
    /// The thread is about to end, and has taken its registration back.
    ThreadEnds,
}

impl core::fmt::Display for OCamlLockError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Held => {
                "this thread holds its domain's lock already; pass the `&mut OCamlRuntime` on instead"
            }
            Self::NotStarted => {
                "the OCaml runtime has not been started: call OCamlRuntime::init first"
            }
            Self::Failed(exception) => {
                return write!(f, "the OCaml runtime could not be started: {exception}");
            }
            Self::Ended => {
                "the OCaml runtime has ended: OCaml cannot be used after the guard of OCamlRuntime::init is dropped"
            }
            Self::NoThreads => {
                "the program has no OCaml threads library; add threads.posix to its libraries"
            }
            Self::ThreadEnds => {
                "this thread is about to end, and OCaml has let it go: a thread-local's destructor cannot use OCaml any more"
            }
        })
    }
}

impl std::error::Error for OCamlLockError {}

/// A function of its own, since the compiler may read the domain's state early in the function that uses it,
/// which must not be before the lock is taken. See `domain_state::held`.
#[inline(never)]
fn run<R>(body: impl FnOnce(&mut OCamlRuntime) -> R, rt: &mut OCamlRuntime) -> R {
    body(rt)
}

/// Whether the outermost user of OCaml on this thread is Rust, by `with_domain_lock`.
pub(crate) fn is_foreign() -> bool {
    FOREIGN.get()
}

/// What this thread is to OCaml.
#[derive(Clone, Copy, PartialEq)]
enum Thread {
    Unknown,
    /// Started by OCaml, or registered by somebody else.
    Theirs,
}

thread_local! {
    /// Whether the lock was taken by `with_domain_lock`.
    static FOREIGN: Cell<bool> = const { Cell::new(false) };
    static THREAD: Cell<Thread> = const { Cell::new(Thread::Unknown) };
    /// Takes the registration back when the thread exits.
    static REGISTERED: Registered = Registered::new();
}

struct Registered;

impl Registered {
    fn new() -> Self {
        if crate::startup::is_starter() {
            THREAD.set(Thread::Theirs);
            return Self;
        }
        let functions = thread_functions().expect("looked at before");
        // SAFETY: the function may be called by any thread; it answers 0 for a thread that is known.
        if unsafe { (functions.register)() } == 0 {
            THREAD.set(Thread::Theirs);
        } else {
            // The thread was none of OCaml's, or of a domain that let it go: its stacks, if any, belong there.
            crate::roots::forget();
        }
        Self
    }
}

impl Registered {
    /// Registers the thread anew if somebody has taken the registration back, by `caml_c_thread_unregister`.
    fn again(&self) {
        if crate::startup::is_starter() {
            return;
        }
        let Some(functions) = thread_functions() else { return };
        // SAFETY: as in `new`.
        if unsafe { (functions.register)() } != 0 {
            THREAD.set(Thread::Unknown);
            crate::roots::forget();
        }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if THREAD.get() == Thread::Unknown
            && !OCamlRuntime::is_held()
            && !crate::startup::is_freed()
            && let Some(functions) = thread_functions()
        {
            // SAFETY: this thread was registered by `new`, and does not hold the lock.
            unsafe { (functions.unregister)() };
        }
    }
}

/// Whether threads that OCaml did not start can be made known to it.
pub(crate) fn may_register() -> bool {
    thread_functions().is_some()
}

/// Makes this thread known to OCaml, if it is not yet.
pub(crate) fn try_register_thread() -> Result<(), OCamlLockError> {
    crate::startup::require_running()?;
    if thread_functions().is_none() && !crate::startup::is_starter() {
        return Err(OCamlLockError::NoThreads);
    }
    REGISTERED.try_with(Registered::again).map_err(|_| OCamlLockError::ThreadEnds)
}

#[derive(Clone, Copy)]
struct ThreadFunctions {
    register: unsafe extern "C" fn() -> c_int,
    unregister: unsafe extern "C" fn() -> c_int,
}

/// The functions of OCaml's threads library, if the program has it.
fn thread_functions() -> Option<ThreadFunctions> {
    let register = optional_symbol!(caml_c_thread_register);
    let unregister = optional_symbol!(caml_c_thread_unregister);
    if register == 0 || unregister == 0 {
        return None;
    }
    // SAFETY: the addresses are those of functions with these types.
    unsafe {
        Some(ThreadFunctions {
            register: core::mem::transmute::<usize, unsafe extern "C" fn() -> c_int>(register),
            unregister: core::mem::transmute::<usize, unsafe extern "C" fn() -> c_int>(unregister),
        })
    }
}
