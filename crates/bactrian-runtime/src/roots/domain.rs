//! What belongs to each domain: the stacks of its threads and its pools.

use super::boxroot::Pool;
use super::current;
use super::hook;
use super::thread::ThreadRoots;
use crate::checked::checked;
use crate::ffi::domain_state::{self, DomainState};
use crate::ffi::mlvalues::RawOCaml;
use crate::ffi::roots::ScanningAction;
use core::cell::{Cell, UnsafeCell};
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

/// OCaml allows no more domains than this at a time.
const MAX_DOMAINS: usize = 4096;

static TABLE: [AtomicPtr<DomainRoots>; MAX_DOMAINS] =
    [const { AtomicPtr::new(null_mut()) }; MAX_DOMAINS];

/// Pools of domains that have ended, until domain 0 takes them in.
static ORPHANS: Mutex<Vec<OrphanPool>> = Mutex::new(Vec::new());

struct OrphanPool(*mut Pool);

// SAFETY: whoever takes the pool out of the list owns it.
unsafe impl Send for OrphanPool {}

/// The roots of one domain. It outlives the domain, since indices are used again. Touched only under
/// the domain's lock, or by its collector with the world stopped.
pub(crate) struct DomainRoots {
    index: usize,
    threads: UnsafeCell<Vec<*mut ThreadRoots>>,
    pools: UnsafeCell<Vec<*mut Pool>>,
    /// The pool from which roots are taken; null at first.
    pub(super) current_pool: Cell<*mut Pool>,
    /// How many collections it has taken part in.
    #[cfg(feature = "checked")]
    pub(super) collections: Cell<u64>,
    /// How many `BoxRoot`s have been made.
    #[cfg(feature = "statistics")]
    pub(super) made: Cell<usize>,
}

impl DomainRoots {
    /// Those of the domain whose lock this thread holds.
    #[inline(always)]
    pub(super) fn current() -> &'static DomainRoots {
        let roots = current::domain();
        if roots.is_null() || domain_state::current().is_null() {
            return Self::find();
        }
        // SAFETY: entries are never freed. A thread that holds a lock holds that of its own domain, which the
        // pointer is for: it is forgotten when the thread leaves its domain.
        unsafe { &*roots }
    }

    /// Finds them for a thread that asks for the first time.
    #[cold]
    #[inline(never)]
    fn find() -> &'static DomainRoots {
        let state = domain_state::current();
        if state.is_null() || current::domain_ended() {
            no_lock();
        }
        // SAFETY: not null, so this thread holds that domain's lock.
        let index = unsafe { domain_state::id(state) };
        let roots = Self::entry(index);
        hook::install();
        current::set_domain(roots);
        roots
    }

    /// Those of a domain, if it has any.
    pub(super) fn of(state: *mut DomainState) -> Option<&'static DomainRoots> {
        // SAFETY: the collector passes a live domain's state.
        let index = unsafe { domain_state::id(state) };
        // SAFETY: entries are never freed.
        unsafe { TABLE[index].load(Ordering::Acquire).as_ref() }
    }

    /// The entry of the table, made if there is none. Two domains may ask for that of domain 0 at once.
    fn entry(index: usize) -> &'static DomainRoots {
        let known = TABLE[index].load(Ordering::Acquire);
        if !known.is_null() {
            // SAFETY: entries are never freed.
            return unsafe { &*known };
        }
        let fresh = Box::into_raw(Box::new(DomainRoots {
            index,
            threads: UnsafeCell::new(Vec::new()),
            pools: UnsafeCell::new(Vec::new()),
            current_pool: Cell::new(null_mut()),
            #[cfg(feature = "checked")]
            collections: Cell::new(0),
            #[cfg(feature = "statistics")]
            made: Cell::new(0),
        }));
        let roots = match TABLE[index].compare_exchange(
            null_mut(),
            fresh,
            Ordering::AcqRel,
            Ordering::Acquire,
        ) {
            Ok(_) => fresh,
            Err(theirs) => {
                // SAFETY: the other was faster; ours was never seen.
                drop(unsafe { Box::from_raw(fresh) });
                theirs
            }
        };
        // SAFETY: entries are never freed.
        unsafe { &*roots }
    }

    pub(super) fn add_thread(&self, thread: *mut ThreadRoots) {
        // SAFETY: the domain's lock is held, so nobody else looks at the list.
        unsafe { (*self.threads.get()).push(thread) }
    }

    pub(super) fn add_pool(&self, pool: *mut Pool) {
        // SAFETY: as above.
        unsafe { (*self.pools.get()).push(pool) }
    }

    /// A pool of this domain with a free slot, after collecting what other threads dropped.
    pub(super) fn find_free_pool(&self) -> Option<*mut Pool> {
        if self.index == 0 {
            self.adopt_orphans();
        }
        // SAFETY: the domain's lock is held; pools in the list are live.
        unsafe {
            (*self.pools.get()).iter().copied().find(|&pool| {
                (*pool).collect_remote();
                (*pool).has_free()
            })
        }
    }

    fn adopt_orphans(&self) {
        let mut orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
        for OrphanPool(pool) in orphans.drain(..) {
            self.add_pool(pool);
        }
    }

    /// Gives this domain's pools to domain 0; called when the domain ends.
    pub(super) fn orphan_pools(&self) {
        if self.index == 0 {
            return;
        }
        self.current_pool.set(null_mut());
        // Somebody must scan them, even if domain 0 has no root of its own.
        let heir = Self::entry(0);
        let mut orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the ending domain's lock is held.
        for pool in unsafe { (*self.pools.get()).drain(..) } {
            // SAFETY: the pool is live, and ours until this moment.
            unsafe { (*pool).set_owner(heir) };
            orphans.push(OrphanPool(pool));
        }
    }

    /// Shows this domain's roots to the collector.
    ///
    /// # Safety
    /// The world must be stopped, and this be called by the domain's own collector.
    pub(super) unsafe fn scan(&self, action: ScanningAction, data: *mut c_void, only_young: bool) {
        checked! { self.collections.set(self.collections.get() + 1); }
        if self.index == 0 {
            self.adopt_orphans();
        }
        // SAFETY: with the world stopped nobody else looks at the lists; the roots of a thread that has
        // ended are never used again.
        unsafe {
            (*self.threads.get()).retain(|&thread| {
                if (*thread).has_ended() {
                    drop(Box::from_raw(thread));
                    return false;
                }
                (*thread).scan(action, data, only_young);
                true
            });
            let current = self.current_pool.get();
            (*self.pools.get()).retain(|&pool| {
                (*pool).collect_remote();
                if (*pool).is_empty() && pool != current && !only_young {
                    Pool::free(pool);
                    return false;
                }
                (*pool).scan(action, data, only_young);
                true
            });
        }
    }

    /// Whether the address is that of a root in use.
    pub(super) fn is_root(&self, slot: *const RawOCaml) -> bool {
        // SAFETY: the domain's lock is held.
        unsafe {
            (*self.threads.get()).iter().any(|&thread| (*thread).holds(slot))
                || (*self.pools.get()).iter().any(|&pool| Pool::holds(pool, slot))
        }
    }

    /// Counts roots: on stacks, on stacks and above the watermark, and in pools.
    pub(super) fn count(&self) -> (usize, usize, usize) {
        let (mut stacked, mut young, mut boxed) = (0, 0, 0);
        // SAFETY: the domain's lock is held.
        unsafe {
            for &thread in &*self.threads.get() {
                let (live, new) = (*thread).count();
                stacked += live;
                young += new;
            }
            for &pool in &*self.pools.get() {
                (*pool).collect_remote();
                boxed += (*pool).live();
            }
        }
        (stacked, young, boxed)
    }
}

// SAFETY: see the type's contract: every access is under one domain's lock or with the world stopped.
unsafe impl Sync for DomainRoots {}

#[cold]
#[inline(never)]
fn no_lock() -> ! {
    panic!(
        "a root was made on a thread that does not hold its domain's lock: use OCamlRuntime::with_domain_lock"
    );
}
