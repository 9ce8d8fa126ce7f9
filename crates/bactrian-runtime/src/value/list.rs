//! `list`.

use crate::alloc::small_block;
#[cfg(feature = "checked")]
use crate::checked::Shape;
use crate::checked::checked;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::UNIT;
use crate::roots::{Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlRef};
use core::marker::PhantomData;

/// OCaml's `'a list`. `Vec`, slices and arrays convert to it, `Vec` from it.
pub struct OCamlList<T> {
    _marker: PhantomData<T>,
}

/// The elements of a list, unrooted. How many there are is known at the end only.
pub struct ListIter<'gc, T> {
    rest: OCaml<'gc, OCamlList<T>>,
}

impl<'gc, T> Iterator for ListIter<'gc, T> {
    type Item = OCaml<'gc, T>;

    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    fn next(&mut self) -> Option<Self::Item> {
        checked! { let _operation = crate::checked::operation("ListIter::next"); }
        let (head, rest) = self.rest.uncons()?;
        self.rest = rest;
        Some(head)
    }
}

impl<'gc, T> OCaml<'gc, OCamlList<T>> {
    /// The elements, without converting or copying.
    #[inline(always)]
    pub fn iter(&self) -> ListIter<'gc, T> {
        ListIter { rest: *self }
    }

    /// Whether the list is `[]`.
    #[inline]
    pub fn is_empty(&self) -> bool {
        !self.is_block()
    }

    /// The first element; `None` for `[]`.
    #[inline]
    pub fn hd(&self) -> Option<OCaml<'gc, T>> {
        self.uncons().map(|(head, _)| head)
    }

    /// All but the first element; `None` for `[]`.
    #[inline]
    pub fn tl(&self) -> Option<OCaml<'gc, OCamlList<T>>> {
        self.uncons().map(|(_, tail)| tail)
    }

    /// The first element and the others, or `None` for `[]`.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn uncons(&self) -> Option<(OCaml<'gc, T>, OCaml<'gc, OCamlList<T>>)> {
        checked! { let _operation = self.used("OCaml::uncons", Shape::List); }
        if !self.is_block() {
            return None;
        }
        // SAFETY: a list that is a block has a head and a tail, and lives for `'gc`.
        Some(unsafe { (self.field(0), self.field(1)) })
    }
}

impl<'gc, T> IntoIterator for OCaml<'gc, OCamlList<T>> {
    type Item = OCaml<'gc, T>;
    type IntoIter = ListIter<'gc, T>;

    #[inline(always)]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> OCaml<'static, OCamlList<T>> {
    /// `[]`
    #[inline]
    pub fn nil() -> Self {
        // SAFETY: an immediate is never moved.
        unsafe { OCaml::from_raw(UNIT) }
    }
}

impl<'gc, T> OCaml<'gc, OCamlList<T>> {
    /// `head :: tail`
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn cons(
        rt: &'gc mut OCamlRuntime,
        head: OCamlRef<'_, T>,
        tail: &OCamlCell<OCamlList<T>>,
    ) -> Self {
        checked! { let _operation = crate::checked::operation("OCaml::cons"); }
        // SAFETY: the words are live, and the handle proves the lock.
        unsafe {
            let block = small_block(0, [head.get_raw(), tail.get_raw()]);
            OCaml::new(rt, block)
        }
    }
}

/// A list of these items, from the last to the first.
#[inline(always)]
pub(super) fn list_from_last<'gc, 't, T: ToOCaml<M> + 't, M>(
    rt: &'gc mut OCamlRuntime,
    items: impl Iterator<Item = &'t T>,
) -> OCaml<'gc, OCamlList<M>> {
    let mut list = UNIT;
    if T::ALLOCATES {
        let frame = Frame::enter(scratch());
        for item in items {
            let tail = frame.push(list);
            let head = item.to_ocaml(rt).raw;
            // SAFETY: the tail was a root while the head was made.
            list = unsafe { small_block(0, [head, *tail.as_ptr()]) };
            frame.clear();
        }
    } else {
        for item in items {
            let head = item.to_ocaml(rt).raw;
            // SAFETY: making the head did not collect.
            list = unsafe { small_block(0, [head, list]) };
        }
    }
    // SAFETY: just made.
    unsafe { OCaml::new(rt, list) }
}

// SAFETY: each cell is a block of a head that is an M and a tail.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<OCamlList<M>> for [T] {
    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<M>> {
        list_from_last(rt, self.iter().rev())
    }
}

macro_rules! as_slice {
    ($([$($generics:tt)*] $rust:ty),* $(,)?) => {$(
        // SAFETY: as for slices.
        unsafe impl<T: ToOCaml<M>, M, $($generics)*> ToOCaml<OCamlList<M>> for $rust {
            #[inline]
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<M>> {
                self[..].to_ocaml(rt)
            }
        }
    )*};
}

as_slice!([] Vec<T>, [] &[T], [const N: usize] [T; N]);

/// Room for more elements, or the error that there is no memory.
#[inline(always)]
pub(super) fn reserve<T>(items: &mut Vec<T>, more: usize) -> Result<(), ConversionError> {
    items.try_reserve(more).map_err(|_| {
        ConversionError::no_memory((items.len() + more).saturating_mul(size_of::<T>()))
    })
}

#[cold]
#[inline(never)]
pub(super) fn in_element(index: usize, error: ConversionError) -> ConversionError {
    error.within(&format!("element {index}"))
}

// SAFETY: reads the elements as Ms.
unsafe impl<T: FromOCaml<M>, M> FromOCaml<OCamlList<M>> for Vec<T> {
    from_ocaml_or_throw!(OCamlList<M>);

    #[inline]
    fn try_from_ocaml(value: OCaml<'_, OCamlList<M>>) -> Result<Self, ConversionError> {
        let mut items = Vec::new();
        for (index, item) in value.iter().enumerate() {
            match T::try_from_ocaml(item) {
                Ok(item) => {
                    if items.len() == items.capacity() {
                        reserve(&mut items, 1)?;
                    }
                    items.push(item);
                }
                Err(error) => return Err(in_element(index, error)),
            }
        }
        Ok(items)
    }
}

impl<T: DefaultOCamlMapping> DefaultOCamlMapping for Vec<T> {
    type OCamlType = T::VecType;
    type VecType = OCamlList<T::VecType>;
}
