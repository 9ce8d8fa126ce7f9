//! What is known of this thread: the pointers to its stacks and to its domain's roots, and whether its domain has ended.
//!
//! A static library is compiled as position-independent code, where `thread_local!` costs what a call costs: the
//! compiler keeps nothing in scratch registers over it, even where the linker turns the call into two moves. So
//! on Linux the variable is declared and read in assembly, by the initial-exec model, as `caml_state` is.

use super::domain::DomainRoots;
use super::thread::ThreadRoots;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod place {
    use super::{DomainRoots, ThreadRoots};

    core::arch::global_asm!(
        ".pushsection .tbss.bactrian_thread_roots, \"awT\", @nobits",
        ".globl bactrian_thread_roots",
        ".hidden bactrian_thread_roots",
        ".type bactrian_thread_roots, @object",
        ".size bactrian_thread_roots, 24",
        ".balign 8",
        "bactrian_thread_roots:",
        ".zero 24",
        ".popsection",
    );

    /// What the words are.
    #[repr(C)]
    struct Thread {
        roots: *const ThreadRoots,
        domain: *const DomainRoots,
        domain_ended: usize,
    }

    /// The address of the variable of this thread.
    #[inline(always)]
    fn address() -> *mut Thread {
        let address: *mut Thread;
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
        unsafe { (*address()).roots }
    }

    pub fn set(roots: *const ThreadRoots) {
        // SAFETY: the variable is this thread's.
        unsafe { (*address()).roots = roots }
    }

    #[inline(always)]
    pub fn domain() -> *const DomainRoots {
        // SAFETY: the variable is this thread's.
        unsafe { (*address()).domain }
    }

    pub fn set_domain(domain: *const DomainRoots) {
        // SAFETY: the variable is this thread's.
        unsafe { (*address()).domain = domain }
    }

    #[inline(always)]
    pub fn domain_ended() -> bool {
        // SAFETY: the variable is this thread's.
        unsafe { (*address()).domain_ended != 0 }
    }

    pub fn set_domain_ended() {
        // SAFETY: the variable is this thread's.
        unsafe { (*address()).domain_ended = 1 }
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod place {
    use super::{DomainRoots, ThreadRoots};
    use core::cell::Cell;
    use core::ptr::null;

    thread_local! {
        static CURRENT: Cell<*const ThreadRoots> = const { Cell::new(null()) };
        static DOMAIN: Cell<*const DomainRoots> = const { Cell::new(null()) };
        static DOMAIN_ENDED: Cell<bool> = const { Cell::new(false) };
    }

    #[inline(always)]
    pub fn domain() -> *const DomainRoots {
        DOMAIN.get()
    }

    pub fn set_domain(domain: *const DomainRoots) {
        DOMAIN.set(domain);
    }

    #[inline(always)]
    pub fn domain_ended() -> bool {
        DOMAIN_ENDED.get()
    }

    pub fn set_domain_ended() {
        DOMAIN_ENDED.set(true);
    }

    #[inline(always)]
    pub fn get() -> *const ThreadRoots {
        CURRENT.get()
    }

    pub fn set(roots: *const ThreadRoots) {
        CURRENT.set(roots);
    }
}

pub(super) use place::{domain, domain_ended, get, set, set_domain, set_domain_ended};
