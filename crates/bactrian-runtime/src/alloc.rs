//! Allocation on the OCaml heap: in line in the minor heap, else through the runtime.

use crate::checked::checked;
use crate::conv::ConversionError;
use crate::ffi::alloc::{
    CustomOperations, caml_alloc, caml_alloc_shr_noexc, caml_alloc_small, caml_initialize,
};
use crate::ffi::bigarray::{
    caml_adjust_gc_speed, caml_alloc_custom_mem, caml_custom_minor_max_bsz,
};
use crate::ffi::domain_state::{self, MAX_YOUNG_WOSIZE};
use crate::ffi::mlvalues::{RawOCaml, UNIT, make_header, tag};
use crate::roots::{Frame, scratch};

/// Carves a block of `wosize` fields off the minor heap, if there is room and no interrupt is pending.
/// Null otherwise.
///
/// # Safety
/// The domain's lock must be held, and every field be stored before anything that may collect.
/// `1 <= wosize <= MAX_YOUNG_WOSIZE`.
#[inline(always)]
unsafe fn carve(wosize: usize, tag: u8) -> *mut RawOCaml {
    // SAFETY: the lock is held, so the state is ours. `young_ptr` is at most at `young_end`, and the size is
    // small, so the subtraction stays within the address space.
    unsafe {
        let state = domain_state::held();
        let header = domain_state::young_ptr(state).wrapping_sub(wosize + 1);
        if (header as usize) < domain_state::young_limit(state) {
            return core::ptr::null_mut();
        }
        domain_state::set_young_ptr(state, header);
        header.write(make_header(wosize, tag) as RawOCaml);
        header.add(1)
    }
}

/// A block with these fields.
///
/// # Safety
/// The domain's lock must be held; the fields be live words that go with the tag; `1 <= N <=
/// MAX_YOUNG_WOSIZE`. May collect.
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub(crate) unsafe fn small_block<const N: usize>(tag: u8, fields: [RawOCaml; N]) -> RawOCaml {
    checked! { crate::checked::allocates(); }
    // SAFETY: all N fields are stored at once.
    unsafe {
        let block = carve(N, tag);
        if block.is_null() {
            // Few fields go in registers, so that they need no memory when there is room.
            return match fields.as_slice() {
                &[a] => small_block_slow_1(tag, a),
                &[a, b] => small_block_slow_2(tag, a, b),
                &[a, b, c] => small_block_slow_3(tag, a, b, c),
                fields => small_block_slow(tag, fields),
            };
        }
        for (index, &field) in fields.iter().enumerate() {
            block.add(index).write(field);
        }
        block as RawOCaml
    }
}

#[cold]
#[inline(never)]
unsafe fn small_block_slow_1(tag: u8, a: RawOCaml) -> RawOCaml {
    // SAFETY: passed on.
    unsafe { small_block_slow(tag, &[a]) }
}

#[cold]
#[inline(never)]
unsafe fn small_block_slow_2(tag: u8, a: RawOCaml, b: RawOCaml) -> RawOCaml {
    // SAFETY: passed on.
    unsafe { small_block_slow(tag, &[a, b]) }
}

#[cold]
#[inline(never)]
unsafe fn small_block_slow_3(tag: u8, a: RawOCaml, b: RawOCaml, c: RawOCaml) -> RawOCaml {
    // SAFETY: passed on.
    unsafe { small_block_slow(tag, &[a, b, c]) }
}

/// As [`small_block`], for fields of which some may be blocks: they are roots while the runtime makes room.
#[cold]
#[inline(never)]
unsafe fn small_block_slow(tag: u8, fields: &[RawOCaml]) -> RawOCaml {
    let frame = Frame::enter(scratch());
    let wosize = fields.len();
    let mut slots = [core::ptr::NonNull::dangling(); 16];
    let many: Vec<_>;
    let slots = if wosize <= slots.len() {
        for (slot, &field) in slots.iter_mut().zip(fields) {
            *slot = frame.push(field);
        }
        &slots[..wosize]
    } else {
        many = fields.iter().map(|&field| frame.push(field)).collect();
        &many[..]
    };
    // SAFETY: the block is filled before anything else can collect; the slots are roots.
    unsafe {
        let block = caml_alloc_small(wosize, tag);
        for (index, slot) in slots.iter().enumerate() {
            (block as *mut RawOCaml).add(index).write(*slot.as_ptr());
        }
        block
    }
}

/// A block of words that are no values (strings, floats, custom data), uninitialised.
///
/// # Safety
/// The domain's lock must be held, `tag` be at least `NO_SCAN`, and the contents be written at once.
/// May collect.
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub(crate) unsafe fn opaque_block(wosize: usize, tag: u8) -> RawOCaml {
    checked! { crate::checked::allocates(); }
    if wosize <= MAX_YOUNG_WOSIZE && wosize != 0 {
        // SAFETY: passed on.
        unsafe {
            let block = carve(wosize, tag);
            if block.is_null() { caml_alloc_small(wosize, tag) } else { block as RawOCaml }
        }
    } else {
        // SAFETY: passed on.
        unsafe { large_block(wosize, tag) }
    }
}

/// A block of the major heap, uninitialised, or the block without fields. May collect.
///
/// # Safety
/// As for [`opaque_block`]; with a lower tag every field must be set before anything that may collect.
#[cold]
#[inline(never)]
pub(crate) unsafe fn large_block(wosize: usize, tag: u8) -> RawOCaml {
    // SAFETY: passed on. The variant without exceptions answers 0 when there is no memory.
    unsafe {
        if wosize == 0 {
            return caml_alloc(0, tag);
        }
        // Blocks of the major heap come without a look at what waits to be done; a loop that makes nothing else would
        // never collect. So collect first, when the runtime asks for it.
        let state = domain_state::current();
        if (domain_state::young_ptr(state) as usize) < domain_state::young_limit(state) {
            *(caml_alloc_small(1, 0) as *mut RawOCaml) = UNIT;
        }
        let block = caml_alloc_shr_noexc(wosize, tag);
        if block == 0 {
            ConversionError::out_of_memory(wosize).throw();
        }
        block
    }
}

/// A custom block of so many bytes of data, uninitialised, that owns `outside` bytes of memory outside the heap: the
/// collector is paced by them.
///
/// # Safety
/// The domain's lock must be held, and the data be written at once. May collect.
pub(crate) unsafe fn custom_block(
    operations: *const CustomOperations,
    size: usize,
    outside: usize,
) -> RawOCaml {
    // SAFETY: passed on. Below the limit the block is made in the minor heap, which does not raise; above it the runtime
    // would make it in the major heap and raise when it cannot, over our frames, so that is done here.
    unsafe {
        if outside <= caml_custom_minor_max_bsz {
            return caml_alloc_custom_mem(operations, size, outside);
        }
        let block = large_block(1 + size.div_ceil(8), tag::CUSTOM);
        *(block as *mut *const CustomOperations) = operations;
        caml_adjust_gc_speed(outside, 0);
        block
    }
}

/// A block of `count` values, each made by `make`, which may collect.
///
/// # Safety
/// The domain's lock must be held; `make` must return live words that go with the tag.
#[cfg_attr(feature = "checked", track_caller)]
pub(crate) unsafe fn block_of_values(
    count: usize,
    tag: u8,
    mut make: impl FnMut(usize) -> RawOCaml,
) -> RawOCaml {
    checked! { crate::checked::allocates(); }
    let frame = Frame::enter(scratch());
    // SAFETY: a small block is made when all its fields are roots; a large one is filled with units at
    // once, rooted, and then each field is given its first real value.
    unsafe {
        if count == 0 {
            return caml_alloc(0, tag);
        }
        if count <= MAX_YOUNG_WOSIZE {
            let slots: Vec<_> = (0..count).map(|index| frame.push(make(index))).collect();
            let mut block = carve(count, tag);
            if block.is_null() {
                block = caml_alloc_small(count, tag) as *mut RawOCaml;
            }
            for (index, slot) in slots.iter().enumerate() {
                block.add(index).write(*slot.as_ptr());
            }
            return block as RawOCaml;
        }
        let block = large_block(count, tag) as *mut RawOCaml;
        for index in 0..count {
            block.add(index).write(UNIT);
        }
        let root = frame.push(block as RawOCaml);
        for index in 0..count {
            let inner = Frame::enter(scratch());
            let v = make(index);
            drop(inner);
            caml_initialize((*root.as_ptr() as *mut RawOCaml).add(index), v);
        }
        *root.as_ptr()
    }
}

/// A word that is a root only when it must be: while later conversions may collect.
#[doc(hidden)]
pub struct Kept {
    raw: RawOCaml,
    slot: *const RawOCaml,
}

/// The words of a block in the making. Left when dropped.
#[doc(hidden)]
pub struct Fields {
    frame: Option<Frame<'static>>,
}

impl Fields {
    /// # Safety
    /// The domain's lock must be held. `rooted` says whether some word is kept over a collection.
    #[inline(always)]
    pub unsafe fn begin(rooted: bool) -> Self {
        Self { frame: rooted.then(|| Frame::enter(scratch())) }
    }

    /// Keeps a word; `over_collection` says whether something that may collect comes before it is read.
    #[inline(always)]
    pub fn keep(&self, raw: RawOCaml, over_collection: bool) -> Kept {
        match &self.frame {
            Some(frame) if over_collection => Kept { raw, slot: frame.push(raw).as_ptr() },
            _ => Kept { raw, slot: core::ptr::null() },
        }
    }
}

impl Kept {
    /// # Safety
    /// The [`Fields`] that made it must be live, and nothing that it was not kept over have collected.
    #[inline(always)]
    pub unsafe fn get(&self) -> RawOCaml {
        // SAFETY: the slot is a root of the live frame.
        if self.slot.is_null() { self.raw } else { unsafe { *self.slot } }
    }
}

/// A block of kept words. For what macros expand to.
///
/// # Safety
/// As for [`small_block`]; blocks larger than the minor heap takes are made in the major heap.
#[doc(hidden)]
#[inline(always)]
#[cfg_attr(feature = "checked", track_caller)]
pub unsafe fn block<const N: usize>(tag: u8, fields: [RawOCaml; N]) -> RawOCaml {
    // SAFETY: passed on.
    unsafe {
        if N <= MAX_YOUNG_WOSIZE {
            small_block(tag, fields)
        } else {
            // Making a large block may collect, so the fields are roots meanwhile.
            let frame = Frame::enter(scratch());
            let slots = fields.map(|field| frame.push(field));
            block_of_values(N, tag, |index| *slots[index].as_ptr())
        }
    }
}
