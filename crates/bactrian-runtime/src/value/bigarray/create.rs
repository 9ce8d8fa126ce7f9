//! Making Bigarrays, in memory of the runtime's or of Rust's.

use super::owned::{OwnedData, operations};
use super::{Bigarray, BigarrayElt, Genarray, Layout, flags};
use crate::alloc::custom_block;
use crate::conv::ConversionError;
use crate::ffi::alloc::CustomOperations;
use crate::ffi::bigarray::{Header, MANAGED, MAX_DIMENSIONS, Proxy, calloc, caml_ba_ops, free};
use crate::ffi::mlvalues::RawOCaml;
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;
use core::ffi::c_void;
use core::ptr::{NonNull, null_mut};

/// The dimensions of a Bigarray, or an index: an array of `N` numbers, or one number for one dimension.
pub trait Dims<const N: usize> {
    /// As an array.
    fn to_array(self) -> [usize; N];
}

impl<const N: usize> Dims<N> for [usize; N] {
    #[inline(always)]
    fn to_array(self) -> [usize; N] {
        self
    }
}

impl Dims<1> for usize {
    #[inline(always)]
    fn to_array(self) -> [usize; 1] {
        [self]
    }
}

/// How many elements there are; an error when there are more dimensions or elements than a Bigarray can have.
fn count<A: BigarrayElt>(dims: &[usize]) -> Result<usize, ConversionError> {
    if dims.len() > MAX_DIMENSIONS {
        return Err(ConversionError::new(format!(
            "a Bigarray has at most {MAX_DIMENSIONS} dimensions, not {}",
            dims.len()
        )));
    }
    // With a dimension of 0 the others need not be small, but each is a number to OCaml.
    let limit = isize::MAX as usize / 2;
    dims.iter()
        .try_fold(1usize, |count, &dim| count.checked_mul(dim).filter(|_| dim <= limit))
        .filter(|count| count.checked_mul(size_of::<A::Item>()).is_some_and(|bytes| bytes <= limit))
        .ok_or_else(|| ConversionError::out_of_memory(usize::MAX / 8))
}

/// A custom block with the header of a Bigarray.
///
/// # Safety
/// The domain's lock must be held, and the data have room for the elements, for as long as the operations keep it.
unsafe fn block<A: BigarrayElt, L: Layout>(
    operations: *const CustomOperations,
    data: *mut c_void,
    proxy: *mut Proxy,
    dims: &[usize],
    bytes: usize,
) -> RawOCaml {
    // SAFETY: passed on; the header is written at once.
    unsafe {
        let block = custom_block(operations, size_of::<Header>() + size_of_val(dims), bytes);
        let header = (block as *mut RawOCaml).add(1).cast::<Header>();
        (*header).data = data;
        (*header).dimensions = dims.len() as isize;
        (*header).flags = flags::<A, L>() | MANAGED;
        (*header).proxy = proxy;
        let first = (&raw mut (*header).dim).cast::<usize>();
        first.copy_from_nonoverlapping(dims.as_ptr(), dims.len());
        block
    }
}

/// Memory from C, freed when it is not given away.
struct Zeros(*mut c_void);

impl Drop for Zeros {
    fn drop(&mut self) {
        // SAFETY: the memory is from `calloc`, or null.
        unsafe { free(self.0) }
    }
}

/// A Bigarray whose memory is the runtime's, after `fill` has written it. It is all zeros before that.
fn create<A: BigarrayElt, L: Layout>(
    _rt: &mut OCamlRuntime,
    dims: &[usize],
    fill: impl FnOnce(&mut [A::Item]),
) -> RawOCaml {
    let count = match count::<A>(dims) {
        Ok(count) => count,
        Err(error) => error.throw(),
    };
    let bytes = count * size_of::<A::Item>();
    // SAFETY: `calloc` has no precondition; zeros are elements of every kind, and nobody else has the memory yet. The
    // block owns it as soon as it exists, since nothing comes between.
    unsafe {
        let memory = Zeros(calloc(count, size_of::<A::Item>()));
        if memory.0.is_null() && bytes != 0 {
            ConversionError::out_of_memory(bytes.div_ceil(8)).throw();
        }
        let first = NonNull::new(memory.0.cast()).unwrap_or(NonNull::dangling());
        let slice = core::slice::from_raw_parts_mut(first.as_ptr(), count);
        fill(&mut *slice);
        if let Err(error) = A::check(slice) {
            error.throw();
        }
        let block = block::<A, L>(&raw const caml_ba_ops, memory.0, null_mut(), dims, bytes);
        core::mem::forget(memory);
        block
    }
}

/// A Bigarray over the memory of a `Vec`.
fn from_vec<A: BigarrayElt, L: Layout>(
    _rt: &mut OCamlRuntime,
    dims: &[usize],
    elements: Vec<A::Item>,
) -> RawOCaml {
    let checked = count::<A>(dims).and_then(|count| {
        if count != elements.len() {
            return Err(ConversionError::new(format!(
                "a Bigarray of dimensions {dims:?} has {count} elements, and the Vec has {}",
                elements.len()
            )));
        }
        A::check(&elements)
    });
    if let Err(error) = checked {
        error.throw();
    }
    let bytes = elements.capacity() * size_of::<A::Item>();
    let data = OwnedData::new(elements);
    // SAFETY: the block owns the data as soon as it exists, since nothing comes between.
    unsafe {
        let block = block::<A, L>(operations(), data.first(), data.proxy(), dims, bytes);
        data.given_away();
        block
    }
}

impl<A: BigarrayElt, const N: usize, L: Layout> Bigarray<A, N, L> {
    /// A Bigarray of zeros, in memory of OCaml's.
    ///
    /// # Panics
    /// When there is no memory for it (`Out_of_memory` in OCaml).
    pub fn create(rt: &mut OCamlRuntime, dims: impl Dims<N>) -> OCaml<'_, Self> {
        Self::create_with(rt, dims, |_| {})
    }

    /// A Bigarray in memory of OCaml's, written by `fill` while nobody else can see it. It is zeros before that, in the
    /// order of the memory.
    ///
    /// # Panics
    /// When there is no memory for it (`Out_of_memory` in OCaml), or an element does not fit an OCaml `int`
    /// (`Invalid_argument`).
    pub fn create_with(
        rt: &mut OCamlRuntime,
        dims: impl Dims<N>,
        fill: impl FnOnce(&mut [A::Item]),
    ) -> OCaml<'_, Self> {
        let raw = create::<A, L>(rt, &dims.to_array(), fill);
        // SAFETY: just made, of this type.
        unsafe { OCaml::new(rt, raw) }
    }

    /// A Bigarray over the memory of a `Vec`, which is not copied: the collector frees it when neither the Bigarray nor
    /// any part of it is in use. The elements are in the order of the layout.
    ///
    /// # Panics
    /// When the dimensions do not make up as many elements, or an element does not fit an OCaml `int` (`Invalid_argument` in
    /// OCaml).
    pub fn from_shape_vec(
        rt: &mut OCamlRuntime,
        dims: impl Dims<N>,
        elements: Vec<A::Item>,
    ) -> OCaml<'_, Self> {
        let raw = from_vec::<A, L>(rt, &dims.to_array(), elements);
        // SAFETY: just made, of this type.
        unsafe { OCaml::new(rt, raw) }
    }
}

impl<A: BigarrayElt, L: Layout> Bigarray<A, 1, L> {
    /// A Bigarray over the memory of a `Vec`, which is not copied: the collector frees it when neither the Bigarray nor
    /// any part of it is in use.
    ///
    /// # Panics
    /// When an element does not fit an OCaml `int` (`Invalid_argument` in OCaml).
    pub fn from_vec(rt: &mut OCamlRuntime, elements: Vec<A::Item>) -> OCaml<'_, Self> {
        let length = elements.len();
        Self::from_shape_vec(rt, length, elements)
    }

    /// A Bigarray with a copy of these elements, in memory of OCaml's.
    ///
    /// # Panics
    /// As for [`create_with`](Self::create_with).
    pub fn from_slice<'gc>(rt: &'gc mut OCamlRuntime, elements: &[A::Item]) -> OCaml<'gc, Self> {
        Self::create_with(rt, elements.len(), |to| to.copy_from_slice(elements))
    }
}

impl<A: BigarrayElt, L: Layout> Genarray<A, L> {
    /// A Bigarray of zeros, in memory of OCaml's.
    ///
    /// # Panics
    /// When there is no memory for it (`Out_of_memory` in OCaml), or there are more than 16 dimensions
    /// (`Invalid_argument`).
    pub fn create<'gc>(rt: &'gc mut OCamlRuntime, dims: &[usize]) -> OCaml<'gc, Self> {
        let raw = create::<A, L>(rt, dims, |_| {});
        // SAFETY: just made, of this type.
        unsafe { OCaml::new(rt, raw) }
    }

    /// A Bigarray over the memory of a `Vec`, as [`Bigarray::from_shape_vec`].
    ///
    /// # Panics
    /// As there, and when there are more than 16 dimensions.
    pub fn from_shape_vec<'gc>(
        rt: &'gc mut OCamlRuntime,
        dims: &[usize],
        elements: Vec<A::Item>,
    ) -> OCaml<'gc, Self> {
        let raw = from_vec::<A, L>(rt, dims, elements);
        // SAFETY: just made, of this type.
        unsafe { OCaml::new(rt, raw) }
    }
}
