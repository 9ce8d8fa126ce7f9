//! The order of elements in memory.

/// A layout: [`CLayout`] or [`FortranLayout`].
pub trait Layout: sealed::Sealed + Send + Sync + 'static {
    /// Whether it is Fortran's: the first index moves fastest.
    const FORTRAN: bool;
    /// The name in OCaml.
    const NAME: &'static str;
}

/// `c_layout`: the last index moves fastest.
pub enum CLayout {}

/// `fortran_layout`: the first index moves fastest. OCaml counts its indices from 1; Rust counts from 0 here too.
pub enum FortranLayout {}

impl Layout for CLayout {
    const FORTRAN: bool = false;
    const NAME: &'static str = "c_layout";
}

impl Layout for FortranLayout {
    const FORTRAN: bool = true;
    const NAME: &'static str = "fortran_layout";
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::CLayout {}
    impl Sealed for super::FortranLayout {}
}

/// The place of an element, from 0; `None` when an index is beyond its dimension.
#[inline(always)]
pub(super) fn offset<L: Layout>(dims: &[usize], index: &[usize]) -> Option<usize> {
    if dims.len() != index.len() {
        return None;
    }
    let mut offset = 0;
    let mut step = |(&dim, &index): (&usize, &usize)| {
        offset = offset * dim + index;
        index < dim
    };
    let inside = if L::FORTRAN {
        dims.iter().zip(index).rev().all(&mut step)
    } else {
        dims.iter().zip(index).all(&mut step)
    };
    inside.then_some(offset)
}
