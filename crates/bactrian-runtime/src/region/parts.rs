//! What a region reads and writes of a value: parts are rooted in the region, bytes and numbers are copied.

use super::Region;
use super::make::is_float;
use crate::checked::checked;
use crate::conv::ConversionError;
use crate::ffi::alloc::caml_modify;
use crate::ffi::mlvalues::{RawOCaml, tag};
use crate::value::{OCamlArray, OCamlBytes, OCamlFloatArray, OCamlList, OCamlRef};
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Options, results and lists.
impl<'r> Region<'r> {
    /// The value of `Some`, rooted.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn or_empty<'r>(r: &Region<'r>, text: OCamlRef<'_, Option<String>>) -> OCamlRef<'r, String> {
    ///     r.option(text).unwrap_or_else(|| r.string(""))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn option<T>(&self, root: OCamlRef<'_, Option<T>>) -> Option<OCamlRef<'r, T>> {
        checked! { let _operation = self.used("Region::option"); }
        let inner = self.runtime.get(root).to_option()?;
        // SAFETY: a part of a live value; nothing has allocated since it was read.
        Some(unsafe { self.root_raw(inner.raw) })
    }

    /// The value of `Ok` or `Error`, rooted.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn either<'r>(
    ///     r: &Region<'r>,
    ///     text: OCamlRef<'_, Result<String, String>>,
    /// ) -> OCamlRef<'r, String> {
    ///     r.result(text).unwrap_or_else(|error| error)
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn result<T, E>(
        &self,
        root: OCamlRef<'_, Result<T, E>>,
    ) -> Result<OCamlRef<'r, T>, OCamlRef<'r, E>> {
        checked! { let _operation = self.used("Region::result"); }
        // SAFETY: as for `option`.
        unsafe {
            match self.runtime.get(root).to_result() {
                Ok(value) => Ok(self.root_raw(value.raw)),
                Err(error) => Err(self.root_raw(error.raw)),
            }
        }
    }

    /// The head and the tail of a list, rooted; `None` for `[]`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn bytes(r: &Region<'_>, list: OCamlRef<'_, OCamlList<String>>) -> usize {
    ///     let (mut sum, mut rest) = (0, r.keep(list));
    ///     while let Some((head, tail)) = r.uncons(rest) {
    ///         sum += r.string_len(head);
    ///         rest = tail;
    ///     }
    ///     sum
    /// }
    /// ```
    #[inline(always)]
    #[allow(clippy::type_complexity)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn uncons<T>(
        &self,
        list: OCamlRef<'_, OCamlList<T>>,
    ) -> Option<(OCamlRef<'r, T>, OCamlRef<'r, OCamlList<T>>)> {
        checked! { let _operation = self.used("Region::uncons"); }
        let (head, tail) = self.runtime.get(list).uncons()?;
        // SAFETY: as for `option`; making roots does not collect.
        Some(unsafe { (self.root_raw(head.raw), self.root_raw(tail.raw)) })
    }

    /// The first element of a list, rooted; `None` for `[]`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn first<'r, T>(r: &Region<'r>, list: OCamlRef<'_, OCamlList<T>>) -> OCamlRef<'r, Option<T>> {
    ///     r.head(list).map_or(r.none(), |head| r.some(head))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn head<T>(&self, list: OCamlRef<'_, OCamlList<T>>) -> Option<OCamlRef<'r, T>> {
        checked! { let _operation = self.used("Region::head"); }
        let (head, _) = self.runtime.get(list).uncons()?;
        // SAFETY: as for `option`.
        Some(unsafe { self.root_raw(head.raw) })
    }

    /// A list without its first element, rooted; `None` for `[]`. See [`head`](Self::head).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn tail<T>(&self, list: OCamlRef<'_, OCamlList<T>>) -> Option<OCamlRef<'r, OCamlList<T>>> {
        checked! { let _operation = self.used("Region::tail"); }
        let (_, tail) = self.runtime.get(list).uncons()?;
        // SAFETY: as for `option`.
        Some(unsafe { self.root_raw(tail.raw) })
    }

    /// The elements of a list, each rooted.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn reversed<'r, T>(
    ///     r: &Region<'r>,
    ///     list: OCamlRef<'_, OCamlList<T>>,
    /// ) -> OCamlRef<'r, OCamlList<T>> {
    ///     let mut items = r.items(list);
    ///     items.reverse();
    ///     r.list(&items)
    /// }
    /// ```
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn items<T>(&self, list: OCamlRef<'_, OCamlList<T>>) -> Vec<OCamlRef<'r, T>> {
        checked! { let _operation = self.used("Region::items"); }
        let mut items = Vec::new();
        for item in self.runtime.get(list) {
            // SAFETY: as for `uncons`.
            items.push(unsafe { self.root_raw(item.raw) });
        }
        items
    }
}

/// Arrays.
impl<'r> Region<'r> {
    /// The number of elements of an array.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlArray, OCamlRef, Region};
    /// fn last<'r, T>(r: &Region<'r>, array: OCamlRef<'_, OCamlArray<T>>) -> Option<OCamlRef<'r, T>> {
    ///     r.element(array, r.array_len(array).checked_sub(1)?)
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn array_len<T>(&self, array: OCamlRef<'_, OCamlArray<T>>) -> usize {
        checked! { let _operation = self.used("Region::array_len"); }
        self.runtime.get(array).len()
    }

    /// An element of an array, rooted; `None` beyond the end, or when the array is a flat one of floats. See
    /// [`array_len`](Self::array_len).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn element<T>(
        &self,
        array: OCamlRef<'_, OCamlArray<T>>,
        index: usize,
    ) -> Option<OCamlRef<'r, T>> {
        checked! { let _operation = self.used("Region::element"); }
        let element = self.runtime.get(array).get(index)?;
        // SAFETY: as for `option`.
        Some(unsafe { self.root_raw(element.raw) })
    }

    /// `array.(index) <- value`
    ///
    /// OCaml sees it at once, in other domains too, as it sees its own writes.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{ConversionError, OCamlArray, OCamlRef, Region};
    /// fn swap<'r, T: 'r>(
    ///     r: &Region<'r>,
    ///     array: OCamlRef<'_, OCamlArray<T>>,
    ///     (i, j): (usize, usize),
    /// ) -> Result<(), ConversionError> {
    ///     if let (Some(a), Some(b)) = (r.element(array, i), r.element(array, j)) {
    ///         r.set_element(array, i, b)?;
    ///         r.set_element(array, j, a)?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// When the index is beyond the end (`Invalid_argument`, when it is raised), or when the array or the value is one of
    /// floats, whose arrays are [`OCamlFloatArray`]s.
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn set_element<T>(
        &self,
        array: OCamlRef<'_, OCamlArray<T>>,
        index: usize,
        value: OCamlRef<'_, T>,
    ) -> Result<(), ConversionError> {
        checked! { let _operation = self.used("Region::set_element"); }
        let array = self.runtime.get(array);
        let length = array.len();
        if index >= length {
            return Err(beyond_the_end(index, "array", length, "elements"));
        }
        // SAFETY: the array is a live block; the field is one of its, and both words are live. Nothing collects.
        unsafe {
            let value = value.get_raw();
            if array.tag() == tag::DOUBLE_ARRAY || is_float(value) {
                return Err(ConversionError::new(
                    "a float array is an OCamlFloatArray, not an OCamlArray",
                ));
            }
            caml_modify((array.raw as *mut RawOCaml).add(index), value);
        }
        Ok(())
    }

    /// The number of elements of a `float array`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlFloatArray, OCamlRef, Region};
    /// fn sum(r: &Region<'_>, array: OCamlRef<'_, OCamlFloatArray>) -> f64 {
    ///     (0..r.float_array_len(array)).filter_map(|i| r.float_element(array, i)).sum()
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn float_array_len(&self, array: OCamlRef<'_, OCamlFloatArray>) -> usize {
        checked! { let _operation = self.used("Region::float_array_len"); }
        self.runtime.get(array).len()
    }

    /// An element of a `float array`; `None` beyond the end. See [`float_array_len`](Self::float_array_len).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn float_element(&self, array: OCamlRef<'_, OCamlFloatArray>, index: usize) -> Option<f64> {
        checked! { let _operation = self.used("Region::float_element"); }
        let array = self.runtime.get(array);
        if index >= array.len() {
            return None;
        }
        // SAFETY: an element of a live array, which others may be writing.
        let bits = unsafe { (*(array.raw as *const AtomicU64).add(index)).load(Ordering::Relaxed) };
        Some(f64::from_bits(bits))
    }

    /// `array.(index) <- value`, in a `float array`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{ConversionError, OCamlFloatArray, OCamlRef, Region};
    /// fn clear(r: &Region<'_>, array: OCamlRef<'_, OCamlFloatArray>) -> Result<(), ConversionError> {
    ///     (0..r.float_array_len(array)).try_for_each(|i| r.set_float_element(array, i, 0.0))
    /// }
    /// ```
    ///
    /// # Errors
    /// When the index is beyond the end.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn set_float_element(
        &self,
        array: OCamlRef<'_, OCamlFloatArray>,
        index: usize,
        value: f64,
    ) -> Result<(), ConversionError> {
        checked! { let _operation = self.used("Region::set_float_element"); }
        let array = self.runtime.get(array);
        let length = array.len();
        if index >= length {
            return Err(beyond_the_end(index, "float array", length, "elements"));
        }
        // SAFETY: an element of a live array.
        let element = unsafe { &*(array.raw as *const AtomicU64).add(index) };
        element.store(value.to_bits(), Ordering::Relaxed);
        Ok(())
    }
}

/// Strings and bytes.
impl Region<'_> {
    /// The length of a string in bytes.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn longer<'a>(r: &Region<'_>, a: OCamlRef<'a, String>, b: OCamlRef<'a, String>) -> OCamlRef<'a, String> {
    ///     if r.string_len(a) > r.string_len(b) { a } else { b }
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn string_len(&self, string: OCamlRef<'_, String>) -> usize {
        checked! { let _operation = self.used("Region::string_len"); }
        self.runtime.get(string).as_bytes().len()
    }

    /// A copy of a string's bytes; [`look`](Self::look) sees them in place, and [`to_rust`](Self::to_rust) makes a `String`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn upper<'r>(r: &Region<'r>, text: OCamlRef<'_, String>) -> OCamlRef<'r, String> {
    ///     r.string(r.string_bytes(text).to_ascii_uppercase())
    /// }
    /// ```
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn string_bytes(&self, string: OCamlRef<'_, String>) -> Vec<u8> {
        checked! { let _operation = self.used("Region::string_bytes"); }
        self.runtime.get(string).to_rust()
    }

    /// The length of a `bytes`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlBytes, OCamlRef, Region};
    /// fn zeros(r: &Region<'_>, bytes: OCamlRef<'_, OCamlBytes>) -> usize {
    ///     (0..r.bytes_len(bytes)).filter(|&i| r.byte(bytes, i) == Some(0)).count()
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn bytes_len(&self, bytes: OCamlRef<'_, OCamlBytes>) -> usize {
        checked! { let _operation = self.used("Region::bytes_len"); }
        self.runtime.get(bytes).len()
    }

    /// A byte of a `bytes`; `None` beyond the end. See [`bytes_len`](Self::bytes_len).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn byte(&self, bytes: OCamlRef<'_, OCamlBytes>, index: usize) -> Option<u8> {
        checked! { let _operation = self.used("Region::byte"); }
        let bytes = self.runtime.get(bytes);
        if index >= bytes.len() {
            return None;
        }
        // SAFETY: a byte of a live block, which others may be writing.
        Some(unsafe { (*(bytes.raw as *const AtomicU8).add(index)).load(Ordering::Relaxed) })
    }

    /// Writes a byte of a `bytes`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{ConversionError, OCamlBytes, OCamlRef, Region};
    /// fn terminate(r: &Region<'_>, bytes: OCamlRef<'_, OCamlBytes>) -> Result<(), ConversionError> {
    ///     r.set_byte(bytes, r.bytes_len(bytes) - 1, 0)
    /// }
    /// ```
    ///
    /// # Errors
    /// When the index is beyond the end.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn set_byte(
        &self,
        bytes: OCamlRef<'_, OCamlBytes>,
        index: usize,
        value: u8,
    ) -> Result<(), ConversionError> {
        checked! { let _operation = self.used("Region::set_byte"); }
        let bytes = self.runtime.get(bytes);
        let length = bytes.len();
        if index >= length {
            return Err(beyond_the_end(index, "bytes", length, "bytes"));
        }
        // SAFETY: a byte of a live block.
        let byte = unsafe { &*(bytes.raw as *const AtomicU8).add(index) };
        byte.store(value, Ordering::Relaxed);
        Ok(())
    }
}

/// Blocks of any type.
impl<'r> Region<'r> {
    /// A field of a block, rooted.
    ///
    /// # Safety
    /// The value must be a block of values with more than `index` fields, and that field of type `F`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlAny, OCamlInt, OCamlRef, Region};
    /// /// `type counter = { name : string; mutable count : int }`
    /// fn count<'r>(r: &Region<'r>, counter: OCamlRef<'_, OCamlAny>) -> OCamlRef<'r, OCamlInt> {
    ///     // SAFETY: the record has two fields, and the second is an int.
    ///     unsafe { r.field(counter, 1) }
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub unsafe fn field<T, F>(&self, root: OCamlRef<'_, T>, index: usize) -> OCamlRef<'r, F> {
        checked! { let _operation = self.used("Region::field"); }
        // SAFETY: passed on.
        unsafe { self.root_raw(self.runtime.get(root).field::<F>(index).raw) }
    }
}

#[cold]
fn beyond_the_end(index: usize, what: &str, length: usize, elements: &str) -> ConversionError {
    ConversionError::new(format!(
        "index {index} is beyond the end of the {what}, which has {length} {elements}"
    ))
}
