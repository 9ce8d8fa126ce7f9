//! `caml/custom.h`, and the part of `caml/intext.h` for custom blocks.

use super::mlvalues::RawOCaml;
use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::AtomicUsize;

/// The runtime's `struct custom_fixed_length`.
#[repr(C)]
pub struct FixedLength {
    /// Bytes on a machine of 32 bits.
    pub bytes_32: isize,
    /// Bytes on a machine of 64 bits.
    pub bytes_64: isize,
}

/// The runtime's `struct custom_operations`.
#[repr(C)]
pub struct CustomOperations {
    /// What `Marshal` writes for the type.
    pub identifier: *const c_char,
    /// Called in the middle of a collection, when the block is dead.
    pub finalize: Option<unsafe extern "C" fn(RawOCaml)>,
    /// Called by `compare` and its kin on two blocks with this same function. May raise, must not collect before.
    pub compare: Option<unsafe extern "C" fn(RawOCaml, RawOCaml) -> c_int>,
    /// Called by `Hashtbl.hash`, which is `noalloc`: must neither raise nor collect.
    pub hash: Option<unsafe extern "C" fn(RawOCaml) -> isize>,
    /// Called by `Marshal`, to write; says how many bytes the data takes in memory, on 32 and 64 bits.
    pub serialize: Option<unsafe extern "C" fn(RawOCaml, *mut usize, *mut usize)>,
    /// Called by `Marshal`, to fill the data of a block; says how many bytes that are.
    pub deserialize: Option<unsafe extern "C" fn(*mut c_void) -> usize>,
    /// Comparison with immediates.
    pub compare_ext: Option<unsafe extern "C" fn(RawOCaml, RawOCaml) -> c_int>,
    /// The size of the data, when all blocks have the same.
    pub fixed_length: *const FixedLength,
}

// SAFETY: the structure is never written, and what it points to neither.
unsafe impl Sync for CustomOperations {}

unsafe extern "C" {
    /// A block of the minor heap with operations, and data that is not yet written; `mem` bytes elsewhere belong to it.
    /// May collect; runs no OCaml code. Raises when `mem` is above `caml_custom_minor_max_bsz` and memory is out.
    pub fn caml_alloc_custom_mem(
        operations: *const CustomOperations,
        bytes: usize,
        mem: usize,
    ) -> RawOCaml;
    /// Above this many bytes elsewhere, blocks are made in the major heap.
    pub static caml_custom_minor_max_bsz: AtomicUsize;
    /// How many bytes elsewhere the major heap may hold before a cycle is due.
    pub fn caml_custom_get_max_major() -> usize;
    /// Counts memory that a block of the major heap holds elsewhere. Only asks for collections.
    pub fn caml_adjust_gc_speed(mem: usize, max: usize);
    /// Makes `Marshal` know the identifier of these operations.
    pub fn caml_register_custom_operations(operations: *const CustomOperations);

    /// Writes bytes to what `Marshal` is writing. When there is no room: frees what was written, and raises.
    pub fn caml_serialize_block_1(bytes: *const c_void, length: isize);
    /// Reads bytes of what `Marshal` is reading. There is no check that there are so many.
    pub fn caml_deserialize_block_1(bytes: *mut c_void, length: isize);
    /// Frees what `Marshal` has read so far, and raises `Failure`.
    pub fn caml_deserialize_error(message: *const c_char) -> !;
}
