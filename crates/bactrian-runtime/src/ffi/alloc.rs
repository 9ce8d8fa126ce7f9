//! `caml/alloc.h`, `caml/memory.h`.

pub use super::custom::CustomOperations;
use super::mlvalues::RawOCaml;

unsafe extern "C" {
    /// A block of 1 to `MAX_YOUNG_WOSIZE` fields, not yet initialised. May collect; runs no OCaml code.
    pub fn caml_alloc_small(wosize: usize, tag: u8) -> RawOCaml;
    /// A block of the major heap, or 0 when there is no memory. Its fields must be initialised.
    pub fn caml_alloc_shr_noexc(wosize: usize, tag: u8) -> RawOCaml;
    /// The block without fields of a tag.
    pub fn caml_alloc(wosize: usize, tag: u8) -> RawOCaml;
    /// The first write of a field of a block of the major heap.
    pub fn caml_initialize(field: *mut RawOCaml, v: RawOCaml);
    /// A further write of a field.
    pub fn caml_modify(field: *mut RawOCaml, v: RawOCaml);
    /// Frees what the runtime allocated for C.
    pub fn caml_stat_free(block: *mut core::ffi::c_void);

    /// Where the minor heaps of all domains begin.
    pub static caml_minor_heaps_start: usize;
    /// Where they end.
    pub static caml_minor_heaps_end: usize;

    /// The operations of `int32`.
    pub static caml_int32_ops: CustomOperations;
    /// The operations of `int64`.
    pub static caml_int64_ops: CustomOperations;
    /// The operations of `nativeint`.
    pub static caml_nativeint_ops: CustomOperations;
}
