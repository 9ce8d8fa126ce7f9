//! A bump-allocated stack of roots with a watermark.
//!
//! A slot is written once, when it is pushed. So after a minor collection has scanned the stack, no
//! slot below its top can point into a minor heap, and the next minor collection starts from there:
//! the *watermark*, `scanned`. Leaving a frame lowers it to the new top.

use crate::checked::checked;
use crate::ffi::mlvalues::RawOCaml;
use crate::ffi::roots::ScanningAction;
use core::cell::Cell;
use core::ffi::c_void;
use core::marker::PhantomData;
use core::ptr::{NonNull, null_mut};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

/// The address of a pushed root.
pub(crate) type Slot = NonNull<RawOCaml>;

const FIRST_CHUNK: usize = 1 << 10;
const LARGEST_CHUNK: usize = 1 << 17;

/// A run of slots. The slots come after the header in the same allocation.
pub(crate) struct Chunk {
    /// The chunk that was current before this one.
    previous: *mut Chunk,
    /// How many slots there are.
    capacity: usize,
    /// Where the stack's `top` and `scanned` were when a later chunk became current.
    top: *mut RawOCaml,
    scanned: *mut RawOCaml,
}

impl Chunk {
    fn layout(capacity: usize) -> Layout {
        let bytes = size_of::<Chunk>() + capacity * size_of::<RawOCaml>();
        Layout::from_size_align(bytes, align_of::<Chunk>())
            .expect("a chunk is far below isize::MAX")
    }

    fn new(previous: *mut Chunk, capacity: usize) -> *mut Chunk {
        let layout = Self::layout(capacity);
        // SAFETY: the layout is not empty; the header is written before the chunk is used.
        unsafe {
            let chunk = alloc(layout).cast::<Chunk>();
            if chunk.is_null() {
                handle_alloc_error(layout);
            }
            let base = chunk.add(1).cast();
            chunk.write(Chunk { previous, capacity, top: base, scanned: base });
            chunk
        }
    }

    /// # Safety
    /// `chunk` must be live.
    unsafe fn base(chunk: *mut Chunk) -> *mut RawOCaml {
        // SAFETY: the slots start after the header.
        unsafe { chunk.add(1).cast() }
    }

    /// Whether the height is one of this chunk; chunks do not touch, since each has a header.
    ///
    /// # Safety
    /// `chunk` must be live.
    unsafe fn contains(chunk: *mut Chunk, mark: Mark) -> bool {
        // SAFETY: passed on; the end is one past the last slot.
        unsafe {
            let base = Self::base(chunk);
            (base..=base.add((*chunk).capacity)).contains(&mark)
        }
    }

    /// # Safety
    /// `chunk` must be live and not used afterwards.
    unsafe fn free(chunk: *mut Chunk) {
        checked! {
            // SAFETY: the chunk is live.
            let (base, count) = unsafe { (Self::base(chunk), (*chunk).capacity) };
            crate::checked::forget_slots(base as usize..base.wrapping_add(count) as usize);
        }
        // SAFETY: it was allocated with this layout.
        unsafe { dealloc(chunk.cast(), Self::layout((*chunk).capacity)) }
    }
}

// The slow ways are `extern "C"`: they do not unwind, and callers need no clean-up for them.

/// The stack. Only the thread that owns it pushes and leaves, with its domain's lock held; the
/// collector scans it with the world stopped.
pub struct RootStack {
    top: Cell<*mut RawOCaml>,
    end: Cell<*mut RawOCaml>,
    /// The watermark: what the current chunk holds below it is not young.
    scanned: Cell<*mut RawOCaml>,
    /// The bytes from `scanned` to `end`: a height between the two is left by a store.
    span: Cell<usize>,
    chunk: Cell<*mut Chunk>,
    /// One empty chunk kept for the next time the current one is full.
    spare: Cell<*mut Chunk>,
}

/// A height of the stack: where the next root goes. Null before the first chunk.
pub type Mark = *mut RawOCaml;

impl RootStack {
    /// A stack whose slots are written when they are pushed, and never again.
    pub(crate) const fn new() -> Self {
        Self {
            top: Cell::new(null_mut()),
            end: Cell::new(null_mut()),
            scanned: Cell::new(null_mut()),
            span: Cell::new(0),
            chunk: Cell::new(null_mut()),
            spare: Cell::new(null_mut()),
        }
    }

    /// Pushes a word; the slot is a root until the stack is left below it.
    #[inline(always)]
    pub fn push(&self, v: RawOCaml) -> Slot {
        let slot = self.top.get();
        if slot == self.end.get() {
            return self.push_slow(v);
        }
        // SAFETY: between the chunk's base and its end, so it is a slot of ours, not null.
        unsafe {
            self.top.set(slot.add(1));
            slot.write(v);
            NonNull::new_unchecked(slot)
        }
    }

    /// Whether the current chunk has room for `count` pushes.
    #[inline(always)]
    pub(crate) fn has_room(&self, count: usize) -> bool {
        self.top.get().wrapping_add(count) <= self.end.get()
    }

    /// Makes room for `count` pushes in the current chunk.
    pub(crate) fn reserve(&self, count: usize) {
        if !self.has_room(count) {
            self.next_chunk(count);
        }
    }

    /// Pushes a word where there is room.
    ///
    /// # Safety
    /// [`has_room`](Self::has_room) must have said so, and the room not have been used since.
    #[inline(always)]
    pub(crate) unsafe fn push_reserved(&self, v: RawOCaml) -> Slot {
        let slot = self.top.get();
        // SAFETY: there is room for a slot, which is not null.
        unsafe {
            self.top.set(slot.add(1));
            slot.write(v);
            NonNull::new_unchecked(slot)
        }
    }

    /// Takes `count` slots, all of which the caller writes before anything can collect.
    ///
    /// # Safety
    /// [`has_room`](Self::has_room) must have said so, and the room not have been used since.
    #[inline(always)]
    pub(crate) unsafe fn claim(&self, count: usize) -> *mut RawOCaml {
        let slots = self.top.get();
        // SAFETY: there is room.
        self.top.set(unsafe { slots.add(count) });
        slots
    }

    #[cold]
    #[inline(never)]
    extern "C" fn push_slow(&self, v: RawOCaml) -> Slot {
        self.next_chunk(1);
        // SAFETY: a fresh chunk has room.
        unsafe { self.push_reserved(v) }
    }

    /// Goes on in another chunk, with room for `count` slots.
    #[cold]
    #[inline(never)]
    extern "C" fn next_chunk(&self, count: usize) {
        let current = self.chunk.get();
        let mut next = self.spare.replace(null_mut());
        // SAFETY: the chunks are live; the new one has room for the slots.
        unsafe {
            if !next.is_null() && (*next).capacity < count {
                Chunk::free(next);
                next = null_mut();
            }
            if next.is_null() {
                let capacity = if current.is_null() {
                    FIRST_CHUNK
                } else {
                    ((*current).capacity * 2).min(LARGEST_CHUNK)
                };
                next = Chunk::new(current, capacity.max(count));
            }
            (*next).previous = current;
            if !current.is_null() {
                (*current).top = self.top.get();
                (*current).scanned = self.scanned.get();
            }
            let base = Chunk::base(next);
            self.chunk.set(next);
            self.top.set(base);
            self.end.set(base.add((*next).capacity));
            self.set_scanned(base);
        }
    }

    /// Moves the watermark of the current chunk.
    fn set_scanned(&self, scanned: *mut RawOCaml) {
        self.scanned.set(scanned);
        self.span.set(self.end.get() as usize - scanned as usize);
    }

    /// The height now.
    #[inline(always)]
    pub fn mark(&self) -> Mark {
        self.top.get()
    }

    /// Drops every root pushed since the mark.
    #[inline(always)]
    pub fn leave(&self, mark: Mark) {
        // One comparison says that the mark is in the current chunk and above the watermark.
        if (mark as usize).wrapping_sub(self.scanned.get() as usize) > self.span.get() {
            return self.leave_slow(mark);
        }
        self.top.set(mark);
    }

    #[cold]
    #[inline(never)]
    extern "C" fn leave_slow(&self, mark: Mark) {
        // SAFETY: the chunks above the mark's are live, and no root in them is used any more. A null mark was
        // taken before the first chunk existed.
        unsafe {
            let mut chunk = self.chunk.get();
            let mut scanned = self.scanned.get();
            while !Chunk::contains(chunk, mark) && !(*chunk).previous.is_null() {
                let previous = (*chunk).previous;
                let spare = self.spare.replace(chunk);
                if !spare.is_null() {
                    Chunk::free(spare);
                }
                chunk = previous;
                scanned = (*chunk).scanned;
            }
            let base = Chunk::base(chunk);
            let top = if mark.is_null() { base } else { mark };
            self.chunk.set(chunk);
            self.top.set(top);
            self.end.set(base.add((*chunk).capacity));
            self.set_scanned(scanned.min(top));
        }
    }

    /// Shows the roots to the collector: those above the watermark only when `only_young`.
    ///
    /// # Safety
    /// The world must be stopped, and `action` and `data` be the collector's.
    pub(crate) unsafe fn scan(&self, action: ScanningAction, data: *mut c_void, only_young: bool) {
        let mut chunk = self.chunk.get();
        let (mut top, mut scanned) = (self.top.get(), self.scanned.get());
        while !chunk.is_null() {
            // SAFETY: the slots from base to top hold words that were live when pushed and have been
            // roots since; nobody else touches them while the world is stopped.
            unsafe {
                let mut slot = if only_young { scanned } else { Chunk::base(chunk) };
                while slot < top {
                    let v = *slot;
                    if v & 1 == 0 {
                        action(data, v, slot);
                    }
                    slot = slot.add(1);
                }
                chunk = (*chunk).previous;
                if !chunk.is_null() {
                    top = (*chunk).top;
                    scanned = (*chunk).scanned;
                    if only_young {
                        (*chunk).scanned = top;
                    }
                }
            }
        }
        if only_young && !self.chunk.get().is_null() {
            self.set_scanned(self.top.get());
        }
    }

    /// The slots above a height, the newest first; all above null.
    pub fn above(&self, mark: Mark, mut see: impl FnMut(Slot)) {
        let mut chunk = self.chunk.get();
        let mut top = self.top.get();
        while !chunk.is_null() {
            // SAFETY: the chunks are live, and the pointers within them.
            unsafe {
                let last = Chunk::contains(chunk, mark);
                let base = if last { mark } else { Chunk::base(chunk) };
                while top > base {
                    top = top.sub(1);
                    see(NonNull::new_unchecked(top));
                }
                if last {
                    return;
                }
                chunk = (*chunk).previous;
                if !chunk.is_null() {
                    top = (*chunk).top;
                }
            }
        }
    }

    /// Whether the slot is a live root of this stack.
    pub fn holds(&self, slot: *const RawOCaml) -> bool {
        let mut found = false;
        self.above(null_mut(), |live| found |= live.as_ptr().cast_const() == slot);
        found
    }

    /// How many roots the stack holds, and how many of them a minor collection would look at.
    pub(crate) fn count(&self) -> (usize, usize) {
        let (mut live, mut young) = (0, 0);
        let mut chunk = self.chunk.get();
        let (mut top, mut scanned) = (self.top.get(), self.scanned.get());
        while !chunk.is_null() {
            // SAFETY: the chunks are live, and the pointers are within them.
            unsafe {
                live += top.offset_from(Chunk::base(chunk)) as usize;
                young += top.offset_from(scanned) as usize;
                chunk = (*chunk).previous;
                if !chunk.is_null() {
                    (top, scanned) = ((*chunk).top, (*chunk).scanned);
                }
            }
        }
        (live, young)
    }
}

impl Drop for RootStack {
    fn drop(&mut self) {
        checked! { crate::checked::forget_stack(self); }
        let mut chunk = self.chunk.get();
        // SAFETY: the owner is gone, so no root is used any more.
        unsafe {
            while !chunk.is_null() {
                let previous = (*chunk).previous;
                Chunk::free(chunk);
                chunk = previous;
            }
            if !self.spare.get().is_null() {
                Chunk::free(self.spare.get());
            }
        }
    }
}

/// A stretch of the stack that is left when this is dropped, by return or by panic.
pub(crate) struct Frame<'s> {
    stack: &'s RootStack,
    mark: Mark,
    _not_send: PhantomData<*mut ()>,
}

impl<'s> Frame<'s> {
    #[inline(always)]
    pub(crate) fn enter(stack: &'s RootStack) -> Self {
        Self { stack, mark: stack.mark(), _not_send: PhantomData }
    }

    /// The stack that this is a stretch of.
    #[inline(always)]
    #[cfg_attr(feature = "checked", allow(dead_code))]
    pub(crate) fn stack(&self) -> &'s RootStack {
        self.stack
    }

    /// Pushes a root that lives as long as the frame.
    #[inline(always)]
    pub fn push(&self, v: RawOCaml) -> Slot {
        self.stack.push(v)
    }

    /// Drops every root pushed since the frame was entered, and goes on.
    #[inline(always)]
    pub(crate) fn clear(&self) {
        self.stack.leave(self.mark);
    }
}

impl Drop for Frame<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.stack.leave(self.mark);
    }
}
