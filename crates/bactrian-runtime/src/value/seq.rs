//! `Seq.t`.

use crate::conv::{FromOCaml, ToOCaml};
use crate::exception::OCamlException;
use crate::ffi::mlvalues::{self, RawOCaml, UNIT};
use crate::named::NamedValue;
use crate::roots::BoxRoot;
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlList, call_closure};
use core::marker::PhantomData;

/// OCaml's `'a Seq.t`: elements that are computed when they are asked for.
///
/// Each step calls OCaml, which may raise, so Rust pulls: by [`iter`](OCamlCell::iter) or, with other work between the
/// steps, [`uncons`](OCamlCell::uncons). A `Vec` converts to it.
///
/// ```no_run
/// use bactrian_runtime::{OCamlException, OCamlInt, OCamlRef, OCamlRuntime, OCamlSeq};
/// fn sum(rt: &mut OCamlRuntime, numbers: OCamlRef<OCamlSeq<OCamlInt>>) -> Result<i64, OCamlException> {
///     numbers.iter::<i64>(rt).sum()
/// }
/// ```
pub struct OCamlSeq<T> {
    _marker: PhantomData<T>,
}

/// Asks for one node: the words of an element and of what comes after it, or `None` at the end.
///
/// # Safety
/// `sequence` must be a live sequence, and the domain's lock be held.
#[inline]
unsafe fn pull(
    rt: &mut OCamlRuntime,
    sequence: RawOCaml,
) -> Result<Option<(RawOCaml, RawOCaml)>, OCamlException> {
    // SAFETY: a sequence is a function of unit; a node is `Nil`, an immediate, or `Cons`, a block with two fields.
    unsafe {
        let node = call_closure(rt, sequence, [UNIT])?;
        Ok(mlvalues::is_block(node).then(|| (mlvalues::field(node, 0), mlvalues::field(node, 1))))
    }
}

impl<T> OCamlCell<OCamlSeq<T>> {
    /// The first element and the rest; `None` at the end. What the sequence raises is the `Err`.
    #[allow(clippy::type_complexity)]
    pub fn uncons(
        &self,
        rt: &mut OCamlRuntime,
    ) -> Result<Option<(BoxRoot<T>, BoxRoot<OCamlSeq<T>>)>, OCamlException> {
        // SAFETY: the cell holds a sequence; making roots does not collect.
        unsafe {
            let node = pull(rt, self.get_raw())?;
            Ok(node.map(|(head, tail)| (BoxRoot::from_raw(head), BoxRoot::from_raw(tail))))
        }
    }

    /// The elements, each computed when it is asked for and converted to `R`: a [`BoxRoot<T>`] leaves it as it is.
    ///
    /// What the sequence raises is an `Err`, after which there is nothing more; an element that does not convert is an
    /// `Err` with `Invalid_argument`. The sequence itself can be iterated again, if OCaml's functions behind it allow it.
    pub fn iter<'rt, R: FromOCaml<T>>(&self, rt: &'rt mut OCamlRuntime) -> SeqIter<'rt, T, R> {
        let rest = Some(self.to_boxroot(rt));
        SeqIter { rt, rest, _marker: PhantomData }
    }
}

/// The elements of an OCaml sequence; each step calls OCaml. See [`OCamlSeq`].
pub struct SeqIter<'rt, T, R> {
    rt: &'rt mut OCamlRuntime,
    rest: Option<BoxRoot<OCamlSeq<T>>>,
    _marker: PhantomData<fn() -> R>,
}

impl<T, R> SeqIter<'_, T, R> {
    /// The runtime, between two steps.
    pub fn runtime(&mut self) -> &mut OCamlRuntime {
        self.rt
    }
}

impl<T, R: FromOCaml<T>> Iterator for SeqIter<'_, T, R> {
    type Item = Result<R, OCamlException>;

    fn next(&mut self) -> Option<Self::Item> {
        // Taken, so that nothing is left when a step fails.
        let mut rest = self.rest.take()?;
        // SAFETY: the root holds a sequence. The tail is rooted and the head converted before anything collects.
        unsafe {
            match pull(self.rt, rest.get_raw()) {
                Ok(None) => None,
                Ok(Some((head, tail))) => {
                    rest.keep(OCaml::new(self.rt, tail));
                    self.rest = Some(rest);
                    let item = R::try_from_ocaml(OCaml::new(self.rt, head));
                    Some(item.map_err(|error| {
                        let error = error.within("element of a sequence");
                        OCamlException::from_conversion(self.rt, &error)
                    }))
                }
                Err(exception) => Some(Err(exception)),
            }
        }
    }
}

static OF_LIST: NamedValue = NamedValue::new(c"Bactrian.Seq.of_list");

// SAFETY: the list is one, and `List.to_seq` makes a sequence of it.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<OCamlSeq<M>> for [T] {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlSeq<M>> {
        let list: RawOCaml = ToOCaml::<OCamlList<M>>::to_ocaml(self, rt).raw;
        // SAFETY: the list was just made, and finding the function does not collect.
        unsafe {
            let function = OF_LIST.function(rt);
            match call_closure(rt, function, [list]) {
                Ok(raw) => OCaml::new(rt, raw),
                Err(exception) => crate::panic::throw(exception),
            }
        }
    }
}

// SAFETY: as for slices.
unsafe impl<T: ToOCaml<M>, M> ToOCaml<OCamlSeq<M>> for Vec<T> {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlSeq<M>> {
        self[..].to_ocaml(rt)
    }
}
