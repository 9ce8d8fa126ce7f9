//! Long-lived roots: [`BoxRoot`], and the pools that they are taken from.
//!
//! The design follows Guillaume Munch-Maccagnoni's *boxroot*: aligned pools whose address is found from a slot's,
//! free lists inside the slots, and a way for other threads to free without touching the slots. Here
//! that way is a bitmap in the pool.

use super::current;
use super::domain::DomainRoots;
use super::hook;
use crate::checked::checked;
use crate::ffi::domain_state;
use crate::ffi::mlvalues::RawOCaml;
use crate::ffi::roots::ScanningAction;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlRef};
use core::cell::Cell;
use core::ffi::c_void;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// A pool's size and alignment in bytes: a slot's pool is found by clearing the low bits of its address.
const POOL_BYTES: usize = 1 << 14;
const SLOTS: usize = (POOL_BYTES - size_of::<Pool>()) / size_of::<RawOCaml>();
const BITMAP: usize = POOL_BYTES / size_of::<RawOCaml>() / 64;

/// The header of a pool; its slots follow. A free slot holds the address of the next one with the lowest
/// bit set, which the collector takes for an immediate; the list ends in 1.
#[repr(C)]
pub(crate) struct Pool {
    free: Cell<usize>,
    /// The address of the last slot of the list, if the list is not empty.
    #[cfg(feature = "checked")]
    last_free: Cell<usize>,
    live: Cell<usize>,
    /// Whether a slot has been written since the last minor collection.
    young: AtomicBool,
    /// The domain whose lock guards the fields above and the slots.
    owner: AtomicPtr<DomainRoots>,
    /// Slots dropped by threads that did not hold the owner's lock.
    dropped: [AtomicU64; BITMAP],
}

const LAYOUT: Layout = match Layout::from_size_align(POOL_BYTES, POOL_BYTES) {
    Ok(layout) => layout,
    Err(_) => panic!("the size of a pool is its alignment"),
};

impl Pool {
    fn new(owner: &'static DomainRoots) -> *mut Pool {
        // SAFETY: the layout is not empty; header and slots are written before use.
        unsafe {
            let pool = alloc(LAYOUT).cast::<Pool>();
            if pool.is_null() {
                handle_alloc_error(LAYOUT);
            }
            pool.write(Pool {
                free: Cell::new(1),
                #[cfg(feature = "checked")]
                last_free: Cell::new(0),
                live: Cell::new(0),
                young: AtomicBool::new(false),
                owner: AtomicPtr::new(core::ptr::from_ref(owner).cast_mut()),
                dropped: [const { AtomicU64::new(0) }; BITMAP],
            });
            let slots = Self::slots(pool);
            checked! { (*pool).last_free.set(slots.add(SLOTS - 1) as usize); }
            for index in (0..SLOTS).rev() {
                let slot = slots.add(index);
                slot.write((*pool).free.get() as RawOCaml);
                (*pool).free.set(slot as usize | 1);
            }
            pool
        }
    }

    /// # Safety
    /// No root of the pool may be in use.
    pub(super) unsafe fn free(pool: *mut Pool) {
        checked! { crate::checked::forget_slots(pool as usize..pool as usize + POOL_BYTES); }
        // SAFETY: allocated with this layout, and not used any more.
        unsafe { dealloc(pool.cast(), LAYOUT) }
    }

    fn slots(pool: *mut Pool) -> *mut RawOCaml {
        pool.wrapping_add(1).cast()
    }

    /// Whether the address is that of a slot of the pool. One on the free list counts too.
    pub(super) fn holds(pool: *mut Pool, slot: *const RawOCaml) -> bool {
        let slots = Self::slots(pool).cast_const();
        (slots..slots.wrapping_add(SLOTS)).contains(&slot)
    }

    /// The pool of a slot.
    #[inline(always)]
    fn of(slot: NonNull<RawOCaml>) -> *mut Pool {
        slot.as_ptr().map_addr(|a| a & !(POOL_BYTES - 1)).cast()
    }

    pub(super) fn has_free(&self) -> bool {
        self.free.get() != 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live.get() == 0
    }

    pub(super) fn live(&self) -> usize {
        self.live.get()
    }

    pub(super) fn set_owner(&self, owner: &'static DomainRoots) {
        self.owner.store(core::ptr::from_ref(owner).cast_mut(), Ordering::Release);
    }

    /// Puts a slot on the free list. The owner's lock must be held.
    ///
    /// # Safety
    /// `slot` must be one of this pool in use.
    #[inline(always)]
    unsafe fn release(&self, slot: *mut RawOCaml) {
        #[cfg(not(feature = "checked"))]
        // SAFETY: the slots are ours, and the lock keeps others out.
        unsafe {
            slot.write(self.free.get() as RawOCaml);
            self.free.set(slot as usize | 1);
        }
        // In checked mode it comes last, so that a stale pointer to it meets a dead root and not a new one.
        #[cfg(feature = "checked")]
        // SAFETY: the slots are ours, and the lock keeps others out.
        unsafe {
            slot.write(1);
            if self.free.get() == 1 {
                self.free.set(slot as usize | 1);
            } else {
                *(self.last_free.get() as *mut RawOCaml) = slot as RawOCaml | 1;
            }
            self.last_free.set(slot as usize);
        }
        self.live.set(self.live.get() - 1);
    }

    /// Marks a slot as dropped, from any thread.
    #[cold]
    #[inline(never)]
    unsafe fn release_remote(pool: *mut Pool, slot: *mut RawOCaml) {
        let index = (slot as usize & (POOL_BYTES - 1)) / size_of::<RawOCaml>();
        // SAFETY: the pool is live while a root of it is. Once the bit is set the owner may free the
        // pool, and nothing of it is touched any more.
        unsafe {
            (*pool).dropped[index / 64].fetch_or(1 << (index % 64), Ordering::Release);
        }
    }

    /// Takes in what other threads have dropped. The owner's lock must be held, or the world be stopped.
    pub(super) fn collect_remote(&self) {
        let base = core::ptr::from_ref(self).cast::<RawOCaml>().cast_mut();
        for (word, bits) in self.dropped.iter().enumerate() {
            if bits.load(Ordering::Relaxed) == 0 {
                continue;
            }
            let mut set = bits.swap(0, Ordering::Acquire);
            while set != 0 {
                let index = word * 64 + set.trailing_zeros() as usize;
                set &= set - 1;
                // SAFETY: the bit says that the slot was in use and has been dropped, once.
                unsafe { self.release(base.add(index)) };
            }
        }
    }

    /// Shows the slots to the collector, if any was written since it last looked.
    ///
    /// # Safety
    /// The world must be stopped, and this be called by the owner's collector.
    pub(super) unsafe fn scan(&self, action: ScanningAction, data: *mut c_void, only_young: bool) {
        if only_young && !self.young.load(Ordering::Relaxed) {
            return;
        }
        let slots = Self::slots(core::ptr::from_ref(self).cast_mut());
        for index in 0..SLOTS {
            // SAFETY: each slot holds a word that is a root, or a link that looks like an immediate.
            unsafe { hook::show(action, data, slots.add(index)) };
        }
        if only_young {
            self.young.store(false, Ordering::Relaxed);
        }
    }
}

/// A root of its own: keeps an OCaml value alive, and follows it when the collector moves it.
///
/// It can be sent to any thread and dropped on any thread, with or without the domain's lock; reading it
/// takes the runtime. Making one and dropping it under the lock costs a few nanoseconds.
///
/// ```no_run
/// use bactrian_runtime::{BoxRoot, OCamlInt, OCamlList, OCamlRuntime, ToOCaml};
/// fn keep(rt: &mut OCamlRuntime) -> BoxRoot<OCamlList<OCamlInt>> {
///     vec![1i64, 2, 3].to_boxroot(rt)
/// }
/// ```
pub struct BoxRoot<T> {
    slot: NonNull<RawOCaml>,
    _marker: PhantomData<*const T>,
}

// SAFETY: reading takes `&OCamlRuntime`, which proves that the reader holds a domain's lock, so no
// collection is under way; dropping touches the slot only under the lock of the pool's owner.
unsafe impl<T> Send for BoxRoot<T> {}
// SAFETY: a shared reference allows no more than reading, with the runtime in hand.
unsafe impl<T> Sync for BoxRoot<T> {}

impl<T> BoxRoot<T> {
    /// Roots a value.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn new(value: OCaml<'_, T>) -> Self {
        checked! { let _operation = value.used("BoxRoot::new", crate::checked::Shape::Any); }
        // SAFETY: an `OCaml` value is live, and proves that this thread holds the lock.
        unsafe { Self::from_raw(value.raw) }
    }

    /// Roots a word.
    ///
    /// # Safety
    /// `v` must be a live word of type `T`, and the domain's lock be held.
    #[inline]
    #[doc(hidden)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn from_raw(v: RawOCaml) -> Self {
        checked! { let _operation = crate::checked::rooting(v); }
        let roots = DomainRoots::current();
        let pool = roots.current_pool.get();
        if !pool.is_null() {
            // SAFETY: the current pool is live and belongs to this domain, whose lock is held.
            unsafe {
                let free = (*pool).free.get();
                if free != 1 {
                    let slot = (free & !1) as *mut RawOCaml;
                    (*pool).free.set(*slot as usize);
                    (*pool).live.set((*pool).live.get() + 1);
                    (*pool).young.store(true, Ordering::Relaxed);
                    slot.write(v);
                    #[cfg(feature = "statistics")]
                    roots.made.set(roots.made.get() + 1);
                    checked! { crate::checked::boxed(NonNull::new_unchecked(slot), v); }
                    return Self { slot: NonNull::new_unchecked(slot), _marker: PhantomData };
                }
            }
        }
        // SAFETY: passed on.
        unsafe { Self::from_raw_slow(roots, v) }
    }

    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "checked", track_caller)]
    unsafe fn from_raw_slow(roots: &'static DomainRoots, v: RawOCaml) -> Self {
        let pool = roots.find_free_pool().unwrap_or_else(|| {
            let pool = Pool::new(roots);
            roots.add_pool(pool);
            pool
        });
        roots.current_pool.set(pool);
        // SAFETY: passed on; the pool now has a free slot.
        unsafe { Self::from_raw(v) }
    }

    /// The same root, of another type.
    ///
    /// # Safety
    /// Its values must be of that type too.
    pub(crate) unsafe fn retyped<U>(self) -> BoxRoot<U> {
        let slot = core::mem::ManuallyDrop::new(self).slot;
        BoxRoot { slot, _marker: PhantomData }
    }

    /// The value that this root holds now.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn get<'gc>(&self, rt: &'gc OCamlRuntime) -> OCaml<'gc, T> {
        checked! { let _operation = crate::checked::operation("BoxRoot::get"); }
        rt.get(self)
    }

    /// Makes the root hold another value, and returns a reference to it.
    ///
    /// Costs no new root.
    ///
    /// # Panics
    /// When this thread does not hold its domain's lock (`OCaml::none()` and other immediates do not prove it).
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn keep(&mut self, value: OCaml<'_, T>) -> OCamlRef<'_, T> {
        assert!(
            OCamlRuntime::is_held(),
            "BoxRoot::keep on a thread that does not hold its domain's lock"
        );
        checked! {
            let _operation = value.used("BoxRoot::keep", crate::checked::Shape::Any);
            crate::checked::read(self.slot);
        }
        let pool = Pool::of(self.slot);
        // SAFETY: a domain's lock is held, so no collection is under way, and
        // `&mut self` that nobody reads the slot. This domain need not be the pool's owner: the flag is
        // atomic.
        unsafe {
            (*pool).young.store(true, Ordering::Relaxed);
            self.slot.write(value.raw);
        }
        self
    }
}

impl<T> Deref for BoxRoot<T> {
    type Target = OCamlCell<T>;

    #[inline(always)]
    fn deref(&self) -> &OCamlCell<T> {
        // SAFETY: the slot is a root that holds a `T` as long as `self` lives.
        unsafe { OCamlCell::from_slot(self.slot) }
    }
}

impl<T> Drop for BoxRoot<T> {
    #[inline]
    fn drop(&mut self) {
        checked! { crate::checked::dropped(self.slot); }
        let pool = Pool::of(self.slot);
        // SAFETY: the pool is live while this root is. Under the owner's lock the slot may be written; a thread that
        // holds a lock holds that of its own domain.
        unsafe {
            if (*pool).owner.load(Ordering::Acquire).cast_const() == current::domain()
                && !domain_state::current().is_null()
            {
                (*pool).release(self.slot.as_ptr());
            } else {
                Pool::release_remote(pool, self.slot.as_ptr());
            }
        }
    }
}

impl<T> Clone for BoxRoot<T> {
    /// Makes a second root of the same value.
    ///
    /// # Panics
    /// When this thread does not hold its domain's lock.
    #[cfg_attr(feature = "checked", track_caller)]
    fn clone(&self) -> Self {
        assert!(
            OCamlRuntime::is_held(),
            "BoxRoot::clone on a thread that does not hold its domain's lock"
        );
        checked! { let _operation = crate::checked::operation("BoxRoot::clone"); }
        // SAFETY: the lock is held, so the slot's word is live.
        unsafe { Self::from_raw(self.get_raw()) }
    }
}

impl<T> core::fmt::Debug for BoxRoot<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "BoxRoot<{}>", core::any::type_name::<T>())
    }
}
