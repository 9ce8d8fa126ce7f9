//! The frames of roots in checked mode: when a region is left, its slots stay out of use for a while, so that a stale pointer
//! meets a dead root and not a new one.

use super::roots::{WRITTEN_ONCE, registry};
use super::{frames, violation};
use crate::ffi::mlvalues::UNIT;
use crate::roots::{Mark, RootStack, Slot};
use core::ops::{Deref, DerefMut, Range};
use std::alloc::{Layout, dealloc};

/// So many dead slots are kept on a stack.
const QUARANTINE: usize = 256;
/// So many dead roots of one region are remembered, beyond those.
const REMEMBERED: usize = 4096;
/// So many handles of regions that were left stay in memory.
const HANDLES: usize = 256;

/// The dead slots of a stack.
#[derive(Clone, Copy, Default)]
pub(super) struct Dead {
    /// How many there are.
    total: usize,
    /// The newest run of them: from where, up to where, how many.
    from: usize,
    to: usize,
    run: usize,
}

/// A stretch of a stack of roots that are registered. In release mode it is a plain frame.
pub(crate) struct RootFrame<'s> {
    stack: &'s RootStack,
    /// Where the first root goes.
    base: Mark,
    /// Where the run of dead slots below it begins, which goes when this frame goes, and how many they are.
    mark: Mark,
    run: usize,
}

fn key(stack: &RootStack) -> usize {
    core::ptr::from_ref(stack) as usize
}

impl<'s> RootFrame<'s> {
    pub fn enter(stack: &'s RootStack) -> Self {
        let base = stack.mark();
        if let Some(dead) = registry().dead.get_mut(&key(stack))
            && dead.run != 0
            && dead.to == base as usize
        {
            // It belongs to this frame now, so that none inside it leaves it.
            let run = core::mem::take(&mut dead.run);
            return Self { stack, base, mark: dead.from as Mark, run };
        }
        Self { stack, base, mark: base, run: 0 }
    }

    pub fn stack(&self) -> &'s RootStack {
        self.stack
    }
}

impl Drop for RootFrame<'_> {
    fn drop(&mut self) {
        let mut slots: Vec<Slot> = Vec::new();
        self.stack.above(self.base, |slot| slots.push(slot));
        let mut registry = registry();
        let (mut live, mut written) = (0, None);
        for (index, &slot) in slots.iter().enumerate() {
            let (was_live, wrong) = registry.leave(slot, index < REMEMBERED);
            live += usize::from(was_live);
            written = written.or(wrong);
        }
        let dead = registry.dead.entry(key(self.stack)).or_default();
        let keep = dead.total + live <= QUARANTINE;
        if keep {
            for slot in &slots {
                // SAFETY: a slot of this thread's stack whose root is dead; the lock is held.
                unsafe { slot.as_ptr().write(UNIT) };
            }
            dead.total += live;
            dead.from = self.mark as usize;
            dead.to = self.stack.mark() as usize;
            dead.run = self.run + slots.len();
        } else {
            dead.total -= self.run + slots.len() - live;
            dead.run = 0;
        }
        drop(registry);
        if !keep {
            self.stack.leave(self.mark);
        }
        if let (Some(wrong), false) = (written, std::thread::panicking()) {
            let site = frames::innermost().map_or_else(|| frames::current("Region"), |f| f.site);
            violation(&site, &wrong, WRITTEN_ONCE);
        }
    }
}

/// How many slots of the stack are dead.
pub(crate) fn dead_slots(stack: &RootStack) -> usize {
    registry().dead.get(&key(stack)).map_or(0, |dead| dead.total)
}

/// The stack is about to be freed.
pub(crate) fn forget_stack(stack: &RootStack) {
    registry().dead.remove(&key(stack));
}

/// So are the slots at these addresses, and no root in them is live.
pub(crate) fn forget_slots(slots: Range<usize>) {
    registry().roots.extract_if(slots, |_, _| true).for_each(drop);
}

/// The handle of a region, in memory that is not used again for a while after the region was left: a stale pointer to it finds
/// the number of that region.
pub(crate) struct Handle<T>(*mut T);

impl<T> Handle<T> {
    pub fn new(handle: T) -> Self {
        const { assert!(!core::mem::needs_drop::<T>()) };
        Self(Box::into_raw(Box::new(handle)))
    }
}

impl<T> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: boxed by `new`, and not freed before `self` is dropped.
        unsafe { &*self.0 }
    }
}

impl<T> DerefMut for Handle<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.0 }
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        let mut registry = registry();
        registry.handles.push_back((self.0 as usize, Layout::new::<T>()));
        if registry.handles.len() > HANDLES
            && let Some((oldest, layout)) = registry.handles.pop_front()
        {
            // SAFETY: boxed by `new` with this layout, and its region was left long ago.
            unsafe { dealloc(oldest as *mut u8, layout) };
        }
    }
}
