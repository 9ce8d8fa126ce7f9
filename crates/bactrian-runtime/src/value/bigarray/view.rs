//! The elements of Bigarrays, in place.

use super::layout::offset;
use super::{BigarrayElt, Dims, Layout};
use crate::conv::ConversionError;
use crate::ffi::bigarray::Header;
use crate::value::SharedCell;
use crate::value::shared::copy_out;
use core::marker::PhantomData;
use core::ops::Deref;

/// All elements of a Bigarray, in the order of the memory. A [`View`] or [`GenView`] is one, and knows the dimensions.
pub struct Elements<'a, A: BigarrayElt> {
    cells: &'a [SharedCell<A::Item>],
}

impl<A: BigarrayElt> Clone for Elements<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: BigarrayElt> Copy for Elements<'_, A> {}

impl<'a, A: BigarrayElt> Elements<'a, A> {
    /// # Safety
    /// The header must be one, of elements of this type, and its memory live for `'a`.
    #[inline]
    unsafe fn of_header(header: &Header) -> Self {
        // SAFETY: a Bigarray has memory for all its elements; without any it may have none.
        unsafe {
            let length = dimensions(header).product();
            if length == 0 {
                return Self { cells: &[] };
            }
            Self { cells: SharedCell::slice(header.data.cast(), length) }
        }
    }

    /// The elements as cells: OCaml code of any domain may write them at any time. Reading or writing one is a plain load
    /// or store.
    ///
    /// A cell does not refuse what is no element to OCaml: an `int` beyond 63 bits loses bits.
    #[inline(always)]
    pub fn as_cells(&self) -> &'a [SharedCell<A::Item>] {
        self.cells
    }

    /// The number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no elements.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The elements as they are when they are reached.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = A::Item> + DoubleEndedIterator + 'a {
        self.cells.iter().map(SharedCell::get)
    }

    /// A copy of all elements.
    ///
    /// # Panics
    /// When there is no memory for it (`Out_of_memory` in OCaml).
    #[inline]
    pub fn to_vec(&self) -> Vec<A::Item> {
        match self.try_to_vec() {
            Ok(copy) => copy,
            Err(error) => error.throw(),
        }
    }

    pub(super) fn try_to_vec(&self) -> Result<Vec<A::Item>, ConversionError> {
        // SAFETY: the cells are live.
        unsafe { copy_out(self.as_ptr(), self.len()) }
            .ok_or_else(|| ConversionError::no_memory(size_of_val(self.cells)))
    }

    /// Copies all elements to a slice of the same length.
    ///
    /// # Panics
    /// When the lengths differ (`Invalid_argument` in OCaml).
    #[inline]
    pub fn copy_to_slice(&self, to: &mut [A::Item]) {
        self.check_length(to.len());
        // SAFETY: both are live and as long; a slice that is borrowed mutably is not the memory of cells that Rust
        // can reach.
        unsafe { to.as_mut_ptr().copy_from_nonoverlapping(self.as_ptr(), to.len()) }
    }

    /// Writes all elements.
    ///
    /// # Panics
    /// When the lengths differ, or an element does not fit an OCaml `int` (`Invalid_argument` in OCaml).
    #[inline]
    pub fn copy_from_slice(&self, from: &[A::Item]) {
        self.check_length(from.len());
        if let Err(error) = A::check(from) {
            error.throw();
        }
        // SAFETY: as above; the cells may be written through a shared reference.
        unsafe { self.as_mut_ptr().copy_from(from.as_ptr(), from.len()) }
    }

    /// Writes one value to all elements.
    ///
    /// # Panics
    /// When the value does not fit an OCaml `int` (`Invalid_argument` in OCaml).
    #[inline]
    pub fn fill(&self, value: A::Item) {
        if let Err(error) = A::check(&[value]) {
            error.throw();
        }
        self.cells.iter().for_each(|cell| cell.set(value));
    }

    /// The address of the first element, for foreign code. It is valid as long as the Bigarray lives.
    #[inline(always)]
    pub fn as_ptr(&self) -> *const A::Item {
        self.cells.as_ptr().cast()
    }

    /// As [`as_ptr`](Self::as_ptr), to write.
    #[inline(always)]
    pub fn as_mut_ptr(&self) -> *mut A::Item {
        self.as_ptr().cast_mut()
    }

    /// The elements as a slice.
    ///
    /// # Safety
    /// While the slice is used nobody may write them: not OCaml code of another domain, nor other threads, nor this one through
    /// a cell.
    #[inline(always)]
    pub unsafe fn as_slice(&self) -> &'a [A::Item] {
        // SAFETY: the memory is live; the caller vouches that nobody writes it.
        unsafe { core::slice::from_raw_parts(self.as_ptr(), self.len()) }
    }

    /// The elements as a slice to write.
    ///
    /// # Safety
    /// While the slice is used nobody else may read or write them: not OCaml code of another domain, nor other threads,
    /// nor this one through a cell or another slice.
    #[inline(always)]
    pub unsafe fn as_mut_slice(&self) -> &'a mut [A::Item] {
        // SAFETY: the memory is live and writable; the caller vouches that nobody else uses it.
        unsafe { core::slice::from_raw_parts_mut(self.as_mut_ptr(), self.len()) }
    }

    #[inline]
    fn check_length(&self, length: usize) {
        if length != self.len() {
            ConversionError::new(format!(
                "a slice of {length} elements and a Bigarray of {} elements",
                self.len()
            ))
            .throw();
        }
    }

    #[inline]
    fn set_at(&self, place: Option<usize>, index: &[usize], dims: &[usize], value: A::Item) {
        let Some(place) = place else { beyond(index, dims) };
        if let Err(error) = A::check(&[value]) {
            error.throw();
        }
        self.cells[place].set(value);
    }
}

#[cold]
#[inline(never)]
fn beyond(index: &[usize], dims: &[usize]) -> ! {
    ConversionError::new(format!(
        "index {index:?} is out of bounds of a Bigarray of dimensions {dims:?}"
    ))
    .throw()
}

/// The dimensions of a Bigarray.
///
/// # Safety
/// The header must be one.
#[inline]
unsafe fn dimensions(header: &Header) -> impl Iterator<Item = usize> {
    let first = (&raw const header.dim).cast::<usize>();
    // SAFETY: as many words come after the header.
    (0..header.dimensions as usize).map(move |index| unsafe { *first.add(index) })
}

/// A Bigarray of `N` dimensions, in place. Copies of it are the same memory.
///
/// Indices count from 0 in both layouts, in OCaml's order: `a.{i, j}` is `[i, j]` in `c_layout`, and `[i - 1, j - 1]` in
/// `fortran_layout`.
pub struct View<'a, A: BigarrayElt, const N: usize, L> {
    elements: Elements<'a, A>,
    dims: [usize; N],
    _layout: PhantomData<L>,
}

impl<A: BigarrayElt, const N: usize, L> Clone for View<'_, A, N, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: BigarrayElt, const N: usize, L> Copy for View<'_, A, N, L> {}

impl<'a, A: BigarrayElt, const N: usize, L> Deref for View<'a, A, N, L> {
    type Target = Elements<'a, A>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.elements
    }
}

impl<'a, A: BigarrayElt, const N: usize, L: Layout> View<'a, A, N, L> {
    /// # Safety
    /// The header must be one, of elements of this type and `N` dimensions, and its memory live for `'a`.
    #[inline]
    pub(super) unsafe fn of_header(header: &Header) -> Self {
        // SAFETY: passed on.
        unsafe {
            let mut dims = [0; N];
            dims.iter_mut().zip(dimensions(header)).for_each(|(to, dim)| *to = dim);
            Self { elements: Elements::of_header(header), dims, _layout: PhantomData }
        }
    }

    /// The dimensions, in OCaml's order.
    #[inline(always)]
    pub fn dims(&self) -> [usize; N] {
        self.dims
    }

    /// An element; `None` when an index is out of bounds.
    #[inline]
    pub fn get(&self, index: impl Dims<N>) -> Option<A::Item> {
        let place = offset::<L>(&self.dims, &index.to_array())?;
        Some(self.elements.cells[place].get())
    }

    /// Writes an element.
    ///
    /// # Panics
    /// When an index is out of bounds, or the value does not fit an OCaml `int` (`Invalid_argument` in OCaml).
    #[inline]
    pub fn set(&self, index: impl Dims<N>, value: A::Item) {
        let index = index.to_array();
        self.elements.set_at(offset::<L>(&self.dims, &index), &index, &self.dims, value);
    }
}

/// A Bigarray of any number of dimensions, in place. As for [`View`].
pub struct GenView<'a, A: BigarrayElt, L> {
    elements: Elements<'a, A>,
    dims: Vec<usize>,
    _layout: PhantomData<L>,
}

impl<'a, A: BigarrayElt, L> Deref for GenView<'a, A, L> {
    type Target = Elements<'a, A>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.elements
    }
}

impl<A: BigarrayElt, L: Layout> GenView<'_, A, L> {
    /// # Safety
    /// The header must be one, of elements of this type, and its memory live for `'a`.
    pub(super) unsafe fn of_header(header: &Header) -> Self {
        // SAFETY: passed on.
        unsafe {
            let dims = dimensions(header).collect();
            Self { elements: Elements::of_header(header), dims, _layout: PhantomData }
        }
    }

    /// The dimensions, in OCaml's order.
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// An element; `None` when an index is out of bounds, or there are not as many indices as dimensions.
    pub fn get(&self, index: &[usize]) -> Option<A::Item> {
        let place = offset::<L>(&self.dims, index)?;
        Some(self.elements.cells[place].get())
    }

    /// Writes an element.
    ///
    /// # Panics
    /// When an index is out of bounds or missing, or the value does not fit an OCaml `int` (`Invalid_argument` in OCaml).
    pub fn set(&self, index: &[usize], value: A::Item) {
        self.elements.set_at(offset::<L>(&self.dims, index), index, &self.dims, value);
    }
}
