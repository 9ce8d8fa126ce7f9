//! `caml/bigarray.h`, and what `caml/custom.h` says of operations.

use super::alloc::CustomOperations;
use super::mlvalues::RawOCaml;
use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::AtomicUsize;

/// The most dimensions that a Bigarray has.
pub const MAX_DIMENSIONS: usize = 16;
/// The bits of the flags that are the kind.
pub const KIND_MASK: isize = 0xff;
/// The bit of the flags that is the layout.
pub const LAYOUT_MASK: isize = 0x100;
/// The runtime frees the data.
pub const MANAGED: isize = 0x200;

/// The runtime's `struct caml_ba_array`: the data of the custom block.
#[repr(C)]
pub struct Header {
    /// The first element.
    pub data: *mut c_void,
    /// How many dimensions there are.
    pub dimensions: isize,
    /// The kind, the layout, and who frees the data.
    pub flags: isize,
    /// What this Bigarray shares with those that are parts of it; null when there are none.
    pub proxy: *mut Proxy,
    /// The dimensions.
    pub dim: [isize; 0],
}

/// The runtime's `struct caml_ba_proxy`.
#[repr(C)]
pub struct Proxy {
    /// How many Bigarrays share the data.
    pub count: AtomicUsize,
    /// What is to be freed.
    pub data: *mut c_void,
    /// Its size, when it is a mapped file.
    pub size: usize,
}

/// The runtime's `struct custom_operations`, in full.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Operations {
    /// The name, for marshalling.
    pub identifier: *const c_char,
    /// Called when the block is dead.
    pub finalize: Option<unsafe extern "C" fn(RawOCaml)>,
    /// Compares two blocks.
    pub compare: Option<unsafe extern "C" fn(RawOCaml, RawOCaml) -> c_int>,
    /// Hashes a block.
    pub hash: *const c_void,
    /// Marshals a block.
    pub serialize: *const c_void,
    /// Makes a block again.
    pub deserialize: *const c_void,
    /// Compares a block with an immediate.
    pub compare_ext: *const c_void,
    /// The size when it is always the same.
    pub fixed_length: *const c_void,
}

unsafe extern "C" {
    /// The operations of Bigarrays whose data the runtime frees, by `free`.
    pub static caml_ba_ops: CustomOperations;
    /// The comparison of all Bigarrays, whoever frees their data.
    pub fn caml_ba_compare(a: RawOCaml, b: RawOCaml) -> c_int;

    /// A custom block, with `mem` bytes outside the heap that go with it. May collect; raises when `mem` is above
    /// `caml_custom_minor_max_bsz` and there is no memory for the block.
    pub fn caml_alloc_custom_mem(
        operations: *const CustomOperations,
        size: usize,
        mem: usize,
    ) -> RawOCaml;
    /// Above so many bytes outside the heap a custom block is made in the major heap.
    pub static caml_custom_minor_max_bsz: usize;
    /// Makes the major collector faster by `resources / max`; a `max` of 0 is in proportion to the heap.
    pub fn caml_adjust_gc_speed(resources: usize, max: usize);

    /// C's own: memory that the runtime frees by `free`, filled with zeros.
    pub fn calloc(count: usize, size: usize) -> *mut c_void;
    /// C's own.
    pub fn free(memory: *mut c_void);
}
