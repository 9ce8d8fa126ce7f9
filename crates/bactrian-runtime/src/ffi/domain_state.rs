//! `caml/domain_state.h`: the state of the domain whose lock this thread holds.

/// Offsets of the fields, read from `caml/domain_state.tbl` of the active OCaml.
mod layout {
    include!(concat!(env!("OUT_DIR"), "/domain_state.rs"));
}

pub use layout::MAX_YOUNG_WOSIZE;

use super::mlvalues::RawOCaml;
use core::sync::atomic::{AtomicUsize, Ordering};

/// The runtime's `caml_domain_state`, of which only some fields are looked at.
#[repr(C)]
pub struct DomainState {
    _opaque: [u8; 0],
}

/// Reads `caml_state`, with these options of the assembly.
macro_rules! read_caml_state {
    ($($options:ident),*) => {{
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        {
            let state: *mut DomainState;
            // SAFETY: `caml_state` is a thread-local of the OCaml runtime, of pointer size. The two loads
            // read its offset from the GOT and then the variable; they touch no stack and no flags.
            unsafe {
                core::arch::asm!(
                    "mov {s}, qword ptr [rip + caml_state@GOTTPOFF]",
                    "mov {s}, qword ptr fs:[{s}]",
                    s = out(reg) state,
                    options($($options),*)
                );
            }
            state
        }
        #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
        {
            let state: *mut DomainState;
            // SAFETY: as above, by the initial-exec model of this architecture.
            unsafe {
                core::arch::asm!(
                    "mrs {t}, tpidr_el0",
                    "adrp {s}, :gottprel:caml_state",
                    "ldr {s}, [{s}, :gottprel_lo12:caml_state]",
                    "ldr {s}, [{t}, {s}]",
                    s = out(reg) state,
                    t = out(reg) _,
                    options($($options),*)
                );
            }
            state
        }
        #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
        {
            unsafe extern "C" {
                fn caml_get_domain_state() -> *mut DomainState;
            }
            // SAFETY: the function has no precondition.
            unsafe { caml_get_domain_state() }
        }
    }};
}

/// The state of the current domain, or null when this thread does not hold a domain's lock.
#[inline(always)]
pub fn current() -> *mut DomainState {
    read_caml_state!(pure, readonly, nostack, preserves_flags)
}

/// The state of the domain whose lock this thread holds.
///
/// The compiler may read it once for several uses: whenever a thread holds a lock, it is its own domain's.
///
/// # Safety
/// The lock must be held, and have been taken outside the function that this is inlined in
/// (`with_domain_lock` sees to that), so that the read cannot move before the taking.
#[inline(always)]
pub unsafe fn held() -> *mut DomainState {
    read_caml_state!(pure, nomem, nostack, preserves_flags)
}

/// A field of the state, by its offset.
///
/// # Safety
/// `state` must be the current domain's, and `offset` that of a field of type `T`.
#[inline(always)]
unsafe fn field<T>(state: *mut DomainState, offset: usize) -> *mut T {
    // SAFETY: the caller vouches for the offset.
    unsafe { state.cast::<u8>().add(offset).cast::<T>() }
}

/// The minor heap's allocation pointer: it goes down.
///
/// # Safety
/// `state` must be the current domain's.
#[inline(always)]
pub unsafe fn young_ptr(state: *mut DomainState) -> *mut RawOCaml {
    // SAFETY: the offset is that of `young_ptr`.
    unsafe { *field::<*mut RawOCaml>(state, layout::YOUNG_PTR) }
}

/// Moves the minor heap's allocation pointer.
///
/// # Safety
/// `state` must be the current domain's; what lies between the new and the old pointer must become
/// a whole block before anything can collect.
#[inline(always)]
pub unsafe fn set_young_ptr(state: *mut DomainState, pointer: *mut RawOCaml) {
    // SAFETY: the offset is that of `young_ptr`.
    unsafe { *field::<*mut RawOCaml>(state, layout::YOUNG_PTR) = pointer }
}

/// The lowest address that may be allocated without calling the runtime; all ones when it is to be
/// called.
///
/// # Safety
/// `state` must be the current domain's.
#[inline(always)]
pub unsafe fn young_limit(state: *mut DomainState) -> usize {
    // SAFETY: the offset is that of `young_limit`, an atomic word that other threads may write.
    unsafe { (*field::<AtomicUsize>(state, layout::YOUNG_LIMIT)).load(Ordering::Relaxed) }
}

/// The domain's index: below 4096, and used again after the domain has ended.
///
/// # Safety
/// `state` must be a live domain's.
#[inline(always)]
pub unsafe fn id(state: *mut DomainState) -> usize {
    // SAFETY: the offset is that of `id`, a C `int` that is never negative in a running domain.
    unsafe { *field::<i32>(state, layout::ID) as usize }
}

/// The domain's number: 0 for the first, never used again.
///
/// # Safety
/// `state` must be a live domain's.
#[inline(always)]
pub unsafe fn unique_id(state: *mut DomainState) -> usize {
    // SAFETY: the offset is that of `unique_id`, a C `int` that is never negative.
    unsafe { *field::<i32>(state, layout::UNIQUE_ID) as usize }
}

/// The runtime's `struct caml__roots_block`: a link of the list that `CAMLparam` and `CAMLlocal` make.
#[repr(C)]
pub struct LocalRoots {
    /// The next link.
    pub next: *mut LocalRoots,
    /// How many tables are in use.
    pub tables_count: isize,
    /// How many roots each table has.
    pub items_count: isize,
    /// The tables.
    pub tables: [*mut RawOCaml; 5],
}

/// Where the list of local roots begins.
///
/// # Safety
/// `state` must be the current domain's.
#[inline]
pub unsafe fn local_roots(state: *mut DomainState) -> *mut *mut LocalRoots {
    // SAFETY: the offset is that of `local_roots`.
    unsafe { field::<*mut LocalRoots>(state, layout::LOCAL_ROOTS) }
}

/// The start of the minor heap: what lies between it and `young_ptr` is free.
///
/// # Safety
/// `state` must be the current domain's.
#[inline]
pub unsafe fn young_start(state: *mut DomainState) -> usize {
    // SAFETY: the offset is that of `young_start`.
    unsafe { *field::<usize>(state, layout::YOUNG_START) }
}

/// Whether signal handlers, finalisers or other OCaml code wait to be run.
///
/// # Safety
/// `state` must be the current domain's.
#[inline(always)]
pub unsafe fn action_pending(state: *mut DomainState) -> bool {
    // SAFETY: the offset is that of `action_pending`, a word.
    unsafe { *field::<isize>(state, layout::ACTION_PENDING) != 0 }
}

/// Whether anything waits: what [`action_pending`] says, or a collection, a stop of the world or a signal that came since the
/// domain last looked.
///
/// # Safety
/// `state` must be the current domain's.
#[inline(always)]
pub unsafe fn anything_pending(state: *mut DomainState) -> bool {
    // SAFETY: passed on. All of these raise the limit.
    unsafe { action_pending(state) || (young_ptr(state) as usize) < young_limit(state) }
}

/// Says that the interrupt has been taken notice of.
///
/// # Safety
/// `state` must be the current domain's.
pub unsafe fn interrupt_taken(state: *mut DomainState) {
    // SAFETY: the offset is that of an atomic word.
    unsafe {
        (*field::<AtomicUsize>(state, layout::REQUESTED_EXTERNAL_INTERRUPT))
            .store(0, Ordering::SeqCst);
    }
}

/// Whether backtraces are recorded (`Printexc.record_backtrace`).
///
/// # Safety
/// `state` must be the current domain's.
#[inline(always)]
pub unsafe fn backtrace_active(state: *mut DomainState) -> bool {
    // SAFETY: the offset is that of `backtrace_active`, a word.
    unsafe { *field::<isize>(state, layout::BACKTRACE_ACTIVE) != 0 }
}

/// Asks the domain to run what waits, its hook among it, as soon as OCaml code may run.
///
/// # Safety
/// `state` must be the current domain's. May be called in the middle of a collection.
#[inline]
pub unsafe fn request_interrupt(state: *mut DomainState) {
    // SAFETY: the offsets are those of an atomic word and of a word; the runtime's own finalisers set the latter
    // in the middle of a collection too, and the former is what the ticks of threads set.
    unsafe {
        (*field::<AtomicUsize>(state, layout::REQUESTED_EXTERNAL_INTERRUPT))
            .store(1, Ordering::Release);
        *field::<isize>(state, layout::ACTION_PENDING) = 1;
    }
}

/// As [`request_interrupt`], from any thread.
///
/// # Safety
/// `state` must be that of a domain which does not end meanwhile.
#[cold]
pub unsafe fn request_interrupt_of(state: *mut DomainState) {
    // SAFETY: the offsets are those of atomic words, which the ticks of threads set in the same way and order: the domain
    // looks at the first after it has reset the second.
    unsafe {
        (*field::<AtomicUsize>(state, layout::REQUESTED_EXTERNAL_INTERRUPT))
            .store(1, Ordering::Release);
        (*field::<AtomicUsize>(state, layout::YOUNG_LIMIT)).store(usize::MAX, Ordering::Release);
    }
}

/// Says that the values that are being compared have no order.
///
/// # Safety
/// `state` must be the current domain's.
#[inline]
pub unsafe fn set_compare_unordered(state: *mut DomainState) {
    // SAFETY: the offset is that of `compare_unordered`, a word.
    unsafe { *field::<isize>(state, layout::COMPARE_UNORDERED) = 1 }
}

/// Which run of OCaml called the C code that runs now, by where C's stack was then: lower for a call into OCaml that was made
/// later. All ones where OCaml has not called.
///
/// # Safety
/// `state` must be the current domain's.
#[inline]
pub unsafe fn level(state: *mut DomainState) -> usize {
    // SAFETY: the offsets are those of the fields. Native code links its runs through the first; the interpreter notes its
    // handler of exceptions, which is on C's stack too, in the second.
    unsafe {
        let places = [
            *field::<usize>(state, layout::C_STACK),
            *field::<usize>(state, layout::EXTERNAL_RAISE),
        ];
        places.into_iter().find(|&place| place != 0).unwrap_or(usize::MAX)
    }
}
