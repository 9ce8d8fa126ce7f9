//! What the C API finds of each thread: its stack of roots, and what is current there. The crate `bactrian-c` is the
//! only user.
//!
//! The stack is of a kind of its own. C enters and leaves in line, so both must be a load and a store: chunks are of
//! one size and lie at multiples of it, and an address alone says which chunk it is in, and whether that is full.
//! And C may write a root at any time, so there is no watermark: a minor collection looks at all of them.

use super::thread;
use crate::ffi::address_class::MinorHeaps;
use crate::ffi::mlvalues::RawOCaml;
use crate::ffi::roots::ScanningAction;
use core::cell::{Cell, UnsafeCell};
use core::ffi::c_void;
use core::ops::Range;
use core::ptr::{NonNull, null_mut};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::sync::OnceLock;

/// The size of a chunk in bytes, and its alignment. `rcaml.h` says the same.
pub const CHUNK: usize = 1 << 15;

/// Told which addresses hold no roots any more. Set by C's checked mode.
pub static FREED: OnceLock<fn(Range<usize>)> = OnceLock::new();

/// A run of slots, which come after this header.
#[repr(C)]
struct Chunk {
    previous: *mut Chunk,
    /// Null, or the one to go on in when this is full.
    next: *mut Chunk,
}

const LAYOUT: Layout = match Layout::from_size_align(CHUNK, CHUNK) {
    Ok(layout) => layout,
    Err(_) => panic!("a chunk's size is a power of two"),
};

impl Chunk {
    fn new(previous: *mut Chunk) -> *mut Chunk {
        // SAFETY: the layout is not empty; the header is written before the chunk is used.
        unsafe {
            let chunk = alloc(LAYOUT).cast::<Chunk>();
            if chunk.is_null() {
                handle_alloc_error(LAYOUT);
            }
            chunk.write(Chunk { previous, next: null_mut() });
            chunk
        }
    }

    /// The chunk of a height. The end of a chunk is a height of that chunk, not of what follows it in memory.
    fn of(height: CMark) -> *mut Chunk {
        height.wrapping_sub(1).map_addr(|address| address & !(CHUNK - 1)).cast()
    }

    fn base(chunk: *mut Chunk) -> CMark {
        chunk.wrapping_add(1).cast()
    }

    fn end(chunk: *mut Chunk) -> CMark {
        chunk.wrapping_byte_add(CHUNK).cast()
    }

    /// Frees a chunk and all that follow it, and tells checked mode.
    ///
    /// # Safety
    /// They must be live, and not be used afterwards.
    unsafe fn free_from(mut chunk: *mut Chunk) {
        while !chunk.is_null() {
            // SAFETY: passed on; all were allocated with this layout.
            unsafe {
                let next = (*chunk).next;
                if let Some(freed) = FREED.get() {
                    freed(chunk.addr()..chunk.addr() + CHUNK);
                }
                dealloc(chunk.cast(), LAYOUT);
                chunk = next;
            }
        }
    }
}

/// A height of the stack: where the next root goes.
pub type CMark = *mut RawOCaml;

/// The roots of C on one thread. Only that thread pushes, leaves and writes, with its domain's lock held; the collector
/// scans them with the world stopped. Every chunk below the top's is full.
///
/// `rcaml.h` reads and writes `top` in line: to push where its low bits are not all 0, and to leave.
#[repr(C)]
pub struct CStack {
    /// Null until [`begin`](Self::begin).
    top: Cell<CMark>,
    /// The lowest chunk.
    first: Cell<*mut Chunk>,
}

impl CStack {
    const fn new() -> Self {
        Self { top: Cell::new(null_mut()), first: Cell::new(null_mut()) }
    }

    /// Takes the first chunk, so that no height is ever null.
    #[cold]
    fn begin(&self) {
        self.first.set(Chunk::new(null_mut()));
        self.top.set(Chunk::base(self.first.get()));
    }

    /// Pushes a word; the slot is a root until the stack is left below it.
    pub fn push(&self, v: RawOCaml) -> NonNull<RawOCaml> {
        let mut slot = self.top.get();
        if slot.addr().is_multiple_of(CHUNK) {
            slot = Chunk::base(Self::chunk_after(slot));
        }
        // SAFETY: the chunk of the slot has room for it, and it is not null.
        unsafe {
            self.top.set(slot.add(1));
            slot.write(v);
            NonNull::new_unchecked(slot)
        }
    }

    /// The chunk to go on in when the top's is full.
    fn chunk_after(top: CMark) -> *mut Chunk {
        let full = Chunk::of(top);
        // SAFETY: the chunk of the top is live.
        unsafe {
            if (*full).next.is_null() {
                (*full).next = Chunk::new(full);
            }
            (*full).next
        }
    }

    /// The height now.
    pub fn mark(&self) -> CMark {
        self.top.get()
    }

    /// Drops every root pushed since the mark.
    pub fn leave(&self, mark: CMark) {
        self.top.set(mark);
    }

    /// Whether the height is in the top's chunk, and not above the top.
    pub fn reaches(&self, mark: CMark) -> bool {
        let top = self.top.get();
        Chunk::of(mark) == Chunk::of(top) && mark <= top
    }

    /// The slots above a height, the newest first; all above null.
    pub fn above(&self, mark: CMark, mut see: impl FnMut(NonNull<RawOCaml>)) {
        let mut top = self.top.get();
        while !top.is_null() {
            let chunk = Chunk::of(top);
            let last = Chunk::of(mark) == chunk;
            let base = if last { mark } else { Chunk::base(chunk) };
            while top > base {
                // SAFETY: the slots from the base to the top are those of a live chunk.
                unsafe {
                    top = top.sub(1);
                    see(NonNull::new_unchecked(top));
                }
            }
            // SAFETY: the chunks up to the top's are live.
            let previous = unsafe { (*chunk).previous };
            if last || previous.is_null() {
                return;
            }
            top = Chunk::end(previous);
        }
    }

    /// Whether the slot is a live root of this stack.
    pub fn holds(&self, slot: *const RawOCaml) -> bool {
        let mut found = false;
        self.above(null_mut(), |live| found |= live.as_ptr().cast_const() == slot);
        found
    }

    /// How many roots the stack holds.
    pub(super) fn count(&self) -> usize {
        let mut count = 0;
        self.above(null_mut(), |_| count += 1);
        count
    }

    /// Shows the roots to the collector, which wants nothing but young ones when `only_young`.
    ///
    /// # Safety
    /// The world must be stopped, and `action` and `data` be the collector's.
    pub(super) unsafe fn scan(&self, action: ScanningAction, data: *mut c_void, only_young: bool) {
        let top = self.top.get();
        if top.is_null() {
            return;
        }
        let mut chunk = Chunk::of(top);
        // SAFETY: the slots below the top hold words that were live when they were written and have been roots since;
        // nobody else touches them, nor the chunks above the top, while the world is stopped.
        unsafe {
            if !only_young && !(*chunk).next.is_null() {
                // One is kept, for a loop at the border of two.
                Chunk::free_from((*(*chunk).next).next);
                (*(*chunk).next).next = null_mut();
            }
            let young = MinorHeaps::now();
            let mut end = top;
            loop {
                let mut slot = Chunk::base(chunk);
                while slot < end {
                    let v = *slot;
                    // What the collector asks first; asked here, an old root costs no call.
                    if v & 1 == 0 && (!only_young || young.contain(v)) {
                        action(data, v, slot);
                    }
                    slot = slot.add(1);
                }
                chunk = (*chunk).previous;
                if chunk.is_null() {
                    return;
                }
                end = Chunk::end(chunk);
            }
        }
    }
}

impl Drop for CStack {
    fn drop(&mut self) {
        // SAFETY: the owner is gone, so no root is used any more.
        unsafe { Chunk::free_from(self.first.get()) }
    }
}

/// Empties the pointer to a [`CThread`] that a C object keeps for the thread which calls this.
pub type Forget = extern "C" fn();

/// The roots of C on one thread, and what is current there. `rcaml.h` declares the same layout.
#[repr(C)]
pub struct CThread {
    /// The roots.
    pub stack: CStack,
    /// The innermost frame (region, call into OCaml, released section …), or null. On C's stack, or boxed.
    pub frame: Cell<*mut c_void>,
    /// How many regions and re-acquired sections are live that `local_roots` may not show. While there is one, or
    /// `local_roots` is not empty, somebody uses roots of this stack.
    pub open: Cell<usize>,
    /// For each C object that keeps a pointer to this. Touched by the thread alone.
    copies: UnsafeCell<Vec<Forget>>,
}

impl CThread {
    pub(super) const fn new() -> Self {
        Self {
            stack: CStack::new(),
            frame: Cell::new(null_mut()),
            open: Cell::new(0),
            copies: UnsafeCell::new(Vec::new()),
        }
    }

    /// That of this thread, made at the first call, which takes the domain's lock.
    ///
    /// # Panics
    /// At the first call on a thread that does not hold its domain's lock.
    #[inline]
    pub fn current() -> &'static Self {
        let this = thread::c_thread();
        if this.stack.top.get().is_null() {
            this.stack.begin();
        }
        this
    }

    /// Notes that a C object keeps a pointer to this, which is this thread's.
    pub fn copied(&self, forget: Forget) {
        // SAFETY: only this thread looks at the list, and nothing is called meanwhile.
        unsafe { (*self.copies.get()).push(forget) }
    }

    /// Has every C object of this thread forget its pointer: the thread gets another one if it uses OCaml again.
    pub(super) fn forget_copies(&self) {
        // SAFETY: as above; the functions only empty a variable.
        for forget in unsafe { core::mem::take(&mut *self.copies.get()) } {
            forget();
        }
    }
}
