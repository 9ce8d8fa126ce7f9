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
        assert!(
            !OCamlRuntime::is_held(),
            "OCamlRuntime::with_domain_lock: this thread holds its domain's lock already; pass the \
             `&mut OCamlRuntime` on instead"
        );
        register_thread();
        // SAFETY: the thread is known to OCaml, and does not hold the lock.
        unsafe { caml_leave_blocking_section() };
        checked! {
            let site = crate::checked::Site::here("OCamlRuntime::with_domain_lock");
            let _locked = crate::checked::open(crate::checked::Kind::Locked, site);
        }
        let _release = Release { was_foreign: FOREIGN.replace(true) };
        // SAFETY: the lock is held until the guard is dropped, and nobody else on this thread has a handle.
        run(body, &mut unsafe { OCamlRuntime::recover() })
    }
}

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
        let Some(register) = thread_functions() else {
            panic!(
                "OCamlRuntime::with_domain_lock: the program has no OCaml threads library; add threads.posix to its \
                 libraries"
            );
        };
        // SAFETY: the function may be called by any thread; it answers 0 for a thread that is known.
        if unsafe { (register.register)() } == 0 {
            THREAD.set(Thread::Theirs);
        } else {
            // The thread was none of OCaml's, or of a domain that let it go: its stacks, if any, belong there.
            crate::roots::forget();
        }
        Self
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

/// Makes this thread known to OCaml, if it is not yet.
///
/// # Panics
/// When the runtime has not been started or has ended, or the program has no OCaml threads library.
pub(crate) fn register_thread() {
    crate::startup::require_running();
    REGISTERED.with(|_| ());
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
