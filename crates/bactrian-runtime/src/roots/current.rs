//! The thread-local pointer to this thread's stacks.
//!
//! A static library is compiled as position-independent code, where `thread_local!` costs what a call costs: the
//! compiler keeps nothing in scratch registers over it, even where the linker turns the call into two moves. So
//! on Linux the variable is declared and read in assembly, by the initial-exec model, as `caml_state` is.

use super::thread::ThreadRoots;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod place {
    use super::ThreadRoots;

    core::arch::global_asm!(
        ".pushsection .tbss.bactrian_thread_roots, \"awT\", @nobits",
        ".globl bactrian_thread_roots",
        ".hidden bactrian_thread_roots",
        ".type bactrian_thread_roots, @object",
        ".size bactrian_thread_roots, 8",
        ".balign 8",
        "bactrian_thread_roots:",
        ".zero 8",
        ".popsection",
    );

    /// The address of the variable of this thread.
    #[inline(always)]
    fn address() -> *mut *const ThreadRoots {
        let address: *mut *const ThreadRoots;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: reads the variable's offset and the thread pointer; touches no stack. The addition sets flags.
        unsafe {
            core::arch::asm!(
                "mov {a}, qword ptr [rip + bactrian_thread_roots@GOTTPOFF]",
                "add {a}, qword ptr fs:[0]",
                a = out(reg) address,
                options(pure, nomem, nostack)
            );
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        unsafe {
            core::arch::asm!(
                "mrs {t}, tpidr_el0",
                "adrp {a}, :gottprel:bactrian_thread_roots",
                "ldr {a}, [{a}, :gottprel_lo12:bactrian_thread_roots]",
                "add {a}, {a}, {t}",
                a = out(reg) address,
                t = out(reg) _,
                options(pure, nomem, nostack)
            );
        }
        address
    }

    #[inline(always)]
    pub fn get() -> *const ThreadRoots {
        // SAFETY: the variable is this thread's.
        unsafe { *address() }
    }

    pub fn set(roots: *const ThreadRoots) {
        // SAFETY: the variable is this thread's.
        unsafe { *address() = roots }
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod place {
    use super::ThreadRoots;
    use core::cell::Cell;
    use core::ptr::null;

    thread_local! {
        static CURRENT: Cell<*const ThreadRoots> = const { Cell::new(null()) };
    }

    #[inline(always)]
    pub fn get() -> *const ThreadRoots {
        CURRENT.get()
    }

    pub fn set(roots: *const ThreadRoots) {
        CURRENT.set(roots);
    }
}

pub(super) use place::{get, set};
