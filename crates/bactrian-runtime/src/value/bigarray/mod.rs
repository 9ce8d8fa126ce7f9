//! `Bigarray`: numbers outside the OCaml heap, shared without a copy.
//!
//! [`Array1`], [`Array2`] and [`Array3`] are [`Bigarray`] with a number of dimensions; [`Genarray`] has any number. Each has a
//! type of elements ([`BigarrayElt`]) and a layout, [`CLayout`] unless another is named. That a value is of the kind,
//! layout and dimensions that the type says is checked when it is looked at: an error names both.
//!
//! The memory of a Bigarray belongs to OCaml code of every domain, which may write it at any time. So Rust sees it as
//! cells ([`View::as_cells`]), which are read and written one by one at the speed of a slice, or copies it; a slice is
//! `unsafe`.
//!
//! ```no_run
//! use bactrian_runtime::{OCaml, OCamlRuntime, bigarray::{Array1, Array2}};
//! fn sum(numbers: OCaml<'_, Array1<f64>>) -> f64 {
//!     numbers.view().as_cells().iter().map(|cell| cell.get()).sum()
//! }
//! fn grid(rt: &mut OCamlRuntime) -> OCaml<'_, Array2<f64>> {
//!     // The memory stays where it is; OCaml's collector frees it.
//!     Array2::from_shape_vec(rt, [2, 3], vec![0.0, 0.1, 0.2, 1.0, 1.1, 1.2])
//! }
//! ```

mod convert;
mod create;
mod kind;
mod layout;
mod owned;
mod shared;
mod view;

pub use create::Dims;
pub use kind::{BigarrayElt, Complex, Float16, Kind};
pub use layout::{CLayout, FortranLayout, Layout};
pub use shared::{Shared, SharedArray1, SharedArray2, SharedArray3};
pub use view::{Elements, GenView, View};

use crate::conv::ConversionError;
use crate::ffi::bigarray::{Header, KIND_MASK, LAYOUT_MASK, Operations, caml_ba_compare};
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::value::OCaml;
use core::marker::PhantomData;

/// OCaml's Bigarray of `N` dimensions: `(_, A, L) Bigarray.Array1.t` for `Array1<A, L>`.
pub struct Bigarray<A, const N: usize, L = CLayout> {
    _marker: PhantomData<(A, L)>,
}

/// `Bigarray.Array0.t`: a single element.
pub type Array0<A, L = CLayout> = Bigarray<A, 0, L>;
/// `Bigarray.Array1.t`
pub type Array1<A, L = CLayout> = Bigarray<A, 1, L>;
/// `Bigarray.Array2.t`
pub type Array2<A, L = CLayout> = Bigarray<A, 2, L>;
/// `Bigarray.Array3.t`
pub type Array3<A, L = CLayout> = Bigarray<A, 3, L>;

/// `Bigarray.Genarray.t`: any number of dimensions, up to 16.
pub struct Genarray<A, L = CLayout> {
    _marker: PhantomData<(A, L)>,
}

/// Complex numbers of two `f32`.
pub type Complex32 = Complex<f32>;
/// Complex numbers of two `f64`.
pub type Complex64 = Complex<f64>;

/// The flags of a kind and layout.
const fn flags<A: BigarrayElt, L: Layout>() -> isize {
    A::KIND as isize | if L::FORTRAN { LAYOUT_MASK } else { 0 }
}

/// The header of a Bigarray, after a look at whether the word is one, and of these elements and layout.
///
/// # Safety
/// The word must be live for `'a`.
#[inline]
unsafe fn header<'a, A: BigarrayElt, L: Layout>(
    raw: RawOCaml,
    dimensions: Option<usize>,
) -> Result<&'a Header, ConversionError> {
    // SAFETY: a custom block with the operations of Bigarrays has their header as its data. OCaml changes only the proxy
    // of a header that exists, which is not looked at here.
    unsafe {
        if !is_bigarray(raw) {
            return Err(no_bigarray::<A, L>(raw));
        }
        let header = &*(raw as *const RawOCaml).add(1).cast::<Header>();
        let aligned = header.data.cast::<A::Item>().is_aligned();
        if header.flags & (KIND_MASK | LAYOUT_MASK) != flags::<A, L>()
            || dimensions.is_some_and(|wanted| header.dimensions as usize != wanted)
            || !aligned
        {
            return Err(mismatch::<A, L>(header, dimensions, aligned));
        }
        Ok(header)
    }
}

/// Whether the word is a Bigarray, whoever frees its data: all of them are compared by the same function.
///
/// # Safety
/// The word must be live.
#[inline]
unsafe fn is_bigarray(raw: RawOCaml) -> bool {
    // SAFETY: a custom block begins with the address of its operations.
    unsafe {
        mlvalues::is_block(raw) && mlvalues::tag_of(raw) == tag::CUSTOM && {
            let operations = *(raw as *const *const Operations);
            (*operations)
                .compare
                .is_some_and(|compare| compare as usize == caml_ba_compare as *const () as usize)
        }
    }
}

#[cold]
#[inline(never)]
fn no_bigarray<A: BigarrayElt, L: Layout>(raw: RawOCaml) -> ConversionError {
    let what = if mlvalues::is_block(raw) {
        // SAFETY: the caller's word is live.
        format!("a block with tag {}", unsafe { mlvalues::tag_of(raw) })
    } else {
        format!("the immediate {}", mlvalues::int_val(raw))
    };
    ConversionError::new(format!(
        "a Bigarray of {} in {} is wanted, and this is no Bigarray but {what}",
        A::KIND,
        L::NAME
    ))
}

#[cold]
#[inline(never)]
fn mismatch<A: BigarrayElt, L: Layout>(
    header: &Header,
    dimensions: Option<usize>,
    aligned: bool,
) -> ConversionError {
    let described = |kind: &str, layout: &str, dimensions: Option<usize>| {
        let dimensions = match dimensions {
            None => String::new(),
            Some(1) => " with 1 dimension".to_owned(),
            Some(n) => format!(" with {n} dimensions"),
        };
        format!("{kind} in {layout}{dimensions}")
    };
    let wanted = described(A::KIND.name(), L::NAME, dimensions);
    if header.flags & (KIND_MASK | LAYOUT_MASK) == flags::<A, L>() && !aligned {
        return ConversionError::new(format!(
            "the memory of this Bigarray of {wanted} is at {:p}, which is not aligned for its elements; was a file mapped \
             from a position that is not a multiple of {} bytes?",
            header.data,
            align_of::<A::Item>()
        ));
    }
    let kind = match Kind::of_flags(header.flags & KIND_MASK) {
        Some(kind) => kind.name().to_owned(),
        None => format!("kind number {}", header.flags & KIND_MASK),
    };
    let layout = if header.flags & LAYOUT_MASK == 0 { CLayout::NAME } else { FortranLayout::NAME };
    let found = described(&kind, layout, dimensions.map(|_| header.dimensions as usize));
    ConversionError::new(format!("a Bigarray of {wanted} is wanted, and this is one of {found}"))
}

impl<'gc, A: BigarrayElt, const N: usize, L: Layout> OCaml<'gc, Bigarray<A, N, L>> {
    /// The elements, in place.
    ///
    /// # Panics
    /// When the value is of another kind, layout or number of dimensions (`Invalid_argument` in OCaml).
    #[inline]
    pub fn view(&self) -> View<'gc, A, N, L> {
        match self.try_view() {
            Ok(view) => view,
            Err(error) => error.throw(),
        }
    }

    /// The elements, in place, or the error that the value is of another kind, layout or number of dimensions.
    #[inline]
    pub fn try_view(&self) -> Result<View<'gc, A, N, L>, ConversionError> {
        // SAFETY: the value lives for `'gc`, and its memory with it.
        unsafe { header::<A, L>(self.raw, Some(N)).map(|header| View::of_header(header)) }
    }

    /// The dimensions, in OCaml's order: `dim1`, `dim2` …
    ///
    /// # Panics
    /// As for [`view`](Self::view).
    #[inline]
    pub fn dims(&self) -> [usize; N] {
        self.view().dims()
    }

    /// The number of elements.
    ///
    /// # Panics
    /// As for [`view`](Self::view).
    #[inline]
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether there are no elements.
    ///
    /// # Panics
    /// As for [`view`](Self::view).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as a slice.
    ///
    /// # Safety
    /// Nobody may write them meanwhile: not OCaml code of another domain, nor other threads, nor this one through another view.
    ///
    /// # Panics
    /// As for [`view`](Self::view).
    #[inline]
    pub unsafe fn as_slice(&self) -> &'gc [A::Item] {
        // SAFETY: passed on.
        unsafe { self.view().as_slice() }
    }

    /// The same Bigarray, as one of any number of dimensions.
    #[inline]
    pub fn as_genarray(&self) -> OCaml<'gc, Genarray<A, L>> {
        // SAFETY: the same value: OCaml's types differ in what they say of the dimensions only.
        unsafe { OCaml::from_raw(self.raw) }
    }

    /// A root of it, through which its memory can be used from any thread, and while the domain's lock is released.
    ///
    /// # Panics
    /// As for [`view`](Self::view).
    #[inline]
    pub fn share(&self) -> Shared<A, N, L> {
        Shared::new(*self)
    }
}

impl<'gc, A: BigarrayElt, L: Layout> OCaml<'gc, Genarray<A, L>> {
    /// The elements, in place.
    ///
    /// # Panics
    /// When the value is of another kind or layout (`Invalid_argument` in OCaml).
    pub fn view(&self) -> GenView<'gc, A, L> {
        match self.try_view() {
            Ok(view) => view,
            Err(error) => error.throw(),
        }
    }

    /// The elements, in place, or the error that the value is of another kind or layout.
    pub fn try_view(&self) -> Result<GenView<'gc, A, L>, ConversionError> {
        // SAFETY: the value lives for `'gc`, and its memory with it.
        unsafe { header::<A, L>(self.raw, None).map(|header| GenView::of_header(header)) }
    }

    /// The same Bigarray as one of `N` dimensions, if it has so many: `Bigarray.array1_of_genarray` …
    pub fn to_bigarray<const N: usize>(
        &self,
    ) -> Result<OCaml<'gc, Bigarray<A, N, L>>, ConversionError> {
        // SAFETY: the same value, which was checked to have so many dimensions.
        unsafe {
            header::<A, L>(self.raw, Some(N))?;
            Ok(OCaml::from_raw(self.raw))
        }
    }
}
