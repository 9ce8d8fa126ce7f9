//! What a region makes: a constructor for each OCaml type, whose result is a root of the region.

use super::Region;
use crate::alloc::{block_of_values, small_block};
use crate::checked::checked;
use crate::conv::ConversionError;
use crate::exception::{OCamlException, OCamlExn};
use crate::ffi::mlvalues::{self, RawOCaml, UNIT, tag};
use crate::roots::{Frame, scratch};
use crate::value::{
    OCamlArray, OCamlBytes, OCamlChar, OCamlFloat, OCamlFloatArray, OCamlInt, OCamlInt32,
    OCamlInt64, OCamlList, OCamlNativeInt, OCamlRef,
};

/// The largest block of OCaml, in words.
const MAX_WOSIZE: usize = (1 << 54) - 1;

/// Immediates and numbers.
impl<'r> Region<'r> {
    /// `()`
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn units<'r>(r: &Region<'r>) -> OCamlRef<'r, ((), ())> {
    ///     r.pair(r.unit(), r.unit())
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn unit(&self) -> OCamlRef<'r, ()> {
        checked! { let _operation = self.used("Region::unit"); }
        // SAFETY: an immediate.
        unsafe { self.root_raw(UNIT) }
    }

    /// A `bool`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn yes<'r>(r: &Region<'r>) -> OCamlRef<'r, Option<bool>> {
    ///     r.some(r.bool(true))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn bool(&self, value: bool) -> OCamlRef<'r, bool> {
        checked! { let _operation = self.used("Region::bool"); }
        self.root(&value)
    }

    /// A `char`, by its code.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlChar, OCamlRef, Region};
    /// fn letter<'r>(r: &Region<'r>) -> OCamlRef<'r, OCamlChar> {
    ///     r.char(b'x')
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn char(&self, code: u8) -> OCamlRef<'r, OCamlChar> {
        checked! { let _operation = self.used("Region::char"); }
        self.root(&code)
    }

    /// An `int`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlInt, OCamlRef, Region};
    /// fn next<'r>(r: &Region<'r>, n: OCamlRef<'_, OCamlInt>) -> OCamlRef<'r, OCamlInt> {
    ///     r.int(r.to_rust::<_, i64>(n) + 1)
    /// }
    /// ```
    ///
    /// # Panics
    /// When the integer does not fit 63 bits; in an exported function this is `Invalid_argument`.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn int(&self, value: i64) -> OCamlRef<'r, OCamlInt> {
        checked! { let _operation = self.used("Region::int"); }
        self.root(&value)
    }

    /// An `int32`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlInt32, OCamlInt64, OCamlNativeInt, OCamlRef, Region};
    /// fn three<'r>(
    ///     r: &Region<'r>,
    /// ) -> OCamlRef<'r, (OCamlInt32, OCamlInt64, OCamlNativeInt)> {
    ///     r.triple(r.int32(1), r.int64(2), r.nativeint(3))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn int32(&self, value: i32) -> OCamlRef<'r, OCamlInt32> {
        checked! { let _operation = self.used("Region::int32"); }
        self.root(&value)
    }

    /// An `int64`; see [`int32`](Self::int32).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn int64(&self, value: i64) -> OCamlRef<'r, OCamlInt64> {
        checked! { let _operation = self.used("Region::int64"); }
        self.root(&value)
    }

    /// A `nativeint`; see [`int32`](Self::int32).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn nativeint(&self, value: isize) -> OCamlRef<'r, OCamlNativeInt> {
        checked! { let _operation = self.used("Region::nativeint"); }
        self.root(&value)
    }

    /// A `float`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlFloat, OCamlRef, Region};
    /// fn point<'r>(r: &Region<'r>) -> OCamlRef<'r, (OCamlFloat, OCamlFloat)> {
    ///     r.pair(r.float(0.5), r.float(1.5))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn float(&self, value: f64) -> OCamlRef<'r, OCamlFloat> {
        checked! { let _operation = self.used("Region::float"); }
        self.root(&value)
    }
}

/// Strings and arrays.
impl<'r> Region<'r> {
    /// A `string` of these bytes.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn greeting<'r>(r: &Region<'r>, name: &str) -> OCamlRef<'r, String> {
    ///     r.string(format!("Hello, {name}"))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn string(&self, bytes: impl AsRef<[u8]>) -> OCamlRef<'r, String> {
        let bytes = bytes.as_ref();
        checked! { let _operation = self.used("Region::string"); }
        self.root(bytes)
    }

    /// A `bytes` of these bytes.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlBytes, OCamlRef, Region};
    /// fn buffer<'r>(r: &Region<'r>) -> OCamlRef<'r, OCamlBytes> {
    ///     r.bytes([0; 4096])
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn bytes(&self, bytes: impl AsRef<[u8]>) -> OCamlRef<'r, OCamlBytes> {
        let bytes = bytes.as_ref();
        checked! { let _operation = self.used("Region::bytes"); }
        self.root(bytes)
    }

    /// The array of these elements, in their order.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlArray, OCamlRef, Region};
    /// fn names<'r>(r: &Region<'r>) -> OCamlRef<'r, OCamlArray<String>> {
    ///     r.array(&[r.string("Ada"), r.string("Grace")])
    /// }
    /// ```
    ///
    /// # Panics
    /// When the elements are floats, whose arrays are flat: [`float_array`](Self::float_array) makes them. In an exported
    /// function this is `Invalid_argument`.
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn array<T>(&self, items: &[OCamlRef<'_, T>]) -> OCamlRef<'r, OCamlArray<T>> {
        checked! { let _operation = self.used("Region::array"); }
        for item in items {
            // SAFETY: the region holds the handle; the word is only looked at.
            unsafe { refuse_float(item.get_raw()) };
        }
        // SAFETY: the words are live, none of them is a float, and the region holds the handle.
        unsafe { self.root_raw(block_of_values(items.len(), 0, |index| items[index].get_raw())) }
    }

    /// An array of `count` times the same value, as `Array.make` makes it.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlArray, OCamlInt, OCamlRef, Region};
    /// fn zeros<'r>(r: &Region<'r>) -> OCamlRef<'r, OCamlArray<OCamlInt>> {
    ///     r.array_of(1000, r.int(0))
    /// }
    /// ```
    ///
    /// # Panics
    /// When the value is a float, as for [`array`](Self::array), or there is no room for the array: `Out_of_memory`.
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn array_of<T>(&self, count: usize, value: OCamlRef<'_, T>) -> OCamlRef<'r, OCamlArray<T>> {
        checked! { let _operation = self.used("Region::array_of"); }
        if count > MAX_WOSIZE {
            ConversionError::out_of_memory(count).throw();
        }
        // SAFETY: as for `array`.
        unsafe {
            if count > 0 {
                refuse_float(value.get_raw());
            }
            self.root_raw(block_of_values(count, 0, |_| value.get_raw()))
        }
    }

    /// The `float array` of these floats.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlFloatArray, OCamlRef, Region};
    /// fn weights<'r>(r: &Region<'r>) -> OCamlRef<'r, OCamlFloatArray> {
    ///     r.float_array(&[0.25, 0.5, 0.25])
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn float_array(&self, values: &[f64]) -> OCamlRef<'r, OCamlFloatArray> {
        checked! { let _operation = self.used("Region::float_array"); }
        self.root(values)
    }
}

/// Whether the word is one that only a flat array may hold.
///
/// # Safety
/// A word that is a block must be live.
pub(super) unsafe fn is_float(raw: RawOCaml) -> bool {
    // SAFETY: passed on.
    mlvalues::is_block(raw) && unsafe { mlvalues::tag_of(raw) } == tag::DOUBLE
}

/// # Safety
/// As for [`is_float`].
unsafe fn refuse_float(raw: RawOCaml) {
    // SAFETY: passed on.
    if unsafe { is_float(raw) } {
        ConversionError::new(
            "the elements are floats: a float array is an OCamlFloatArray, not an OCamlArray",
        )
        .throw();
    }
}

/// Blocks of one to four fields.
impl<'r> Region<'r> {
    /// `(a, b)`
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlInt, OCamlRef, Region};
    /// fn nested<'r>(r: &Region<'r>) -> OCamlRef<'r, (OCamlInt, (OCamlInt, String))> {
    ///     r.pair(r.int(1), r.pair(r.int(2), r.string("three")))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn pair<A, B>(&self, a: OCamlRef<'_, A>, b: OCamlRef<'_, B>) -> OCamlRef<'r, (A, B)> {
        checked! { let _operation = self.used("Region::pair"); }
        // SAFETY: the words are live, and the region holds the handle.
        unsafe { self.root_raw(small_block(0, [a.get_raw(), b.get_raw()])) }
    }

    /// `(a, b, c)`; [`tuple`](Self::tuple) makes tuples of up to ten.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn triple<A, B, C>(
        &self,
        a: OCamlRef<'_, A>,
        b: OCamlRef<'_, B>,
        c: OCamlRef<'_, C>,
    ) -> OCamlRef<'r, (A, B, C)> {
        checked! { let _operation = self.used("Region::triple"); }
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [a.get_raw(), b.get_raw(), c.get_raw()])) }
    }

    /// `(a, b, c, d)`; [`tuple`](Self::tuple) makes tuples of up to ten.
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn quadruple<A, B, C, D>(
        &self,
        a: OCamlRef<'_, A>,
        b: OCamlRef<'_, B>,
        c: OCamlRef<'_, C>,
        d: OCamlRef<'_, D>,
    ) -> OCamlRef<'r, (A, B, C, D)> {
        checked! { let _operation = self.used("Region::quadruple"); }
        // SAFETY: as for `pair`.
        unsafe {
            self.root_raw(small_block(0, [a.get_raw(), b.get_raw(), c.get_raw(), d.get_raw()]))
        }
    }

    /// `Some value`
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlRef, Region};
    /// fn found<'r>(r: &Region<'r>, name: Option<&str>) -> OCamlRef<'r, Option<String>> {
    ///     name.map_or(r.none(), |name| r.some(r.string(name)))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn some<T>(&self, value: OCamlRef<'_, T>) -> OCamlRef<'r, Option<T>> {
        checked! { let _operation = self.used("Region::some"); }
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [value.get_raw()])) }
    }

    /// `None`; see [`some`](Self::some).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn none<T>(&self) -> OCamlRef<'r, Option<T>> {
        checked! { let _operation = self.used("Region::none"); }
        // SAFETY: an immediate.
        unsafe { self.root_raw(UNIT) }
    }

    /// `Ok value`
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlInt, OCamlRef, Region};
    /// fn parsed<'r>(r: &Region<'r>, text: &str) -> OCamlRef<'r, Result<OCamlInt, String>> {
    ///     match text.parse() {
    ///         Ok(n) => r.ok(r.int(n)),
    ///         Err(error) => r.error(r.string(error.to_string())),
    ///     }
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn ok<T, E>(&self, value: OCamlRef<'_, T>) -> OCamlRef<'r, Result<T, E>> {
        checked! { let _operation = self.used("Region::ok"); }
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [value.get_raw()])) }
    }

    /// `Error error`; see [`ok`](Self::ok).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn error<T, E>(&self, error: OCamlRef<'_, E>) -> OCamlRef<'r, Result<T, E>> {
        checked! { let _operation = self.used("Region::error"); }
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(1, [error.get_raw()])) }
    }
}

/// Lists.
impl<'r> Region<'r> {
    /// `head :: tail`
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlInt, OCamlList, OCamlRef, Region};
    /// fn one_two<'r>(r: &Region<'r>) -> OCamlRef<'r, OCamlList<OCamlInt>> {
    ///     r.cons(r.int(1), r.cons(r.int(2), r.nil()))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn cons<T>(
        &self,
        head: OCamlRef<'_, T>,
        tail: OCamlRef<'_, OCamlList<T>>,
    ) -> OCamlRef<'r, OCamlList<T>> {
        checked! { let _operation = self.used("Region::cons"); }
        // SAFETY: as for `pair`.
        unsafe { self.root_raw(small_block(0, [head.get_raw(), tail.get_raw()])) }
    }

    /// `[]`; see [`cons`](Self::cons).
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn nil<T>(&self) -> OCamlRef<'r, OCamlList<T>> {
        checked! { let _operation = self.used("Region::nil"); }
        // SAFETY: an immediate.
        unsafe { self.root_raw(UNIT) }
    }

    /// The list of these elements, in their order.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn twice<'r, T>(r: &Region<'r>, x: OCamlRef<'_, T>) -> OCamlRef<'r, OCamlList<T>> {
    ///     r.list(&[x, x])
    /// }
    /// ```
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn list<T>(&self, items: &[OCamlRef<'_, T>]) -> OCamlRef<'r, OCamlList<T>> {
        checked! { let _operation = self.used("Region::list"); }
        let frame = Frame::enter(scratch());
        let mut list = UNIT;
        for item in items.iter().rev() {
            let tail = frame.push(list);
            // SAFETY: both words are roots, and the block is made of what they hold now.
            list = unsafe { small_block(0, [item.get_raw(), *tail.as_ptr()]) };
            frame.clear();
        }
        drop(frame);
        // SAFETY: just made; nothing has collected since.
        unsafe { self.root_raw(list) }
    }

    /// The list of what an iterator gives, in its order. The iterator may make its elements in this region.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlList, OCamlRef, Region};
    /// fn lines<'r>(r: &Region<'r>, text: &str) -> OCamlRef<'r, OCamlList<String>> {
    ///     r.list_of(text.lines().map(|line| r.string(line)))
    /// }
    /// ```
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn list_of<'a, T: 'a>(
        &self,
        items: impl IntoIterator<Item = OCamlRef<'a, T>>,
    ) -> OCamlRef<'r, OCamlList<T>> {
        let items: Vec<_> = items.into_iter().collect();
        checked! { let _operation = self.used("Region::list_of"); }
        self.list(&items)
    }
}

/// Exceptions, as values. [`exception`](Self::exception) makes one of them what a function can return as its `Err`.
impl<'r> Region<'r> {
    /// `Failure message`
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlExn, OCamlRef, Region};
    /// fn tried<'r>(r: &Region<'r>) -> OCamlRef<'r, Result<String, OCamlExn>> {
    ///     r.error(r.failure("not today"))
    /// }
    /// ```
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn failure(&self, message: &str) -> OCamlRef<'r, OCamlExn> {
        checked! { let _operation = self.used("Region::failure"); }
        // SAFETY: the handle is used for this call alone.
        self.keep(OCamlException::failure(&mut unsafe { self.handle() }, message).root())
    }

    /// `Invalid_argument message`; see [`failure`](Self::failure).
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn invalid_argument(&self, message: &str) -> OCamlRef<'r, OCamlExn> {
        checked! { let _operation = self.used("Region::invalid_argument"); }
        // SAFETY: as above.
        self.keep(OCamlException::invalid_argument(&mut unsafe { self.handle() }, message).root())
    }

    /// `Sys_error message`; see [`failure`](Self::failure).
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn sys_error(&self, message: &str) -> OCamlRef<'r, OCamlExn> {
        checked! { let _operation = self.used("Region::sys_error"); }
        // SAFETY: as above.
        self.keep(OCamlException::sys_error(&mut unsafe { self.handle() }, message).root())
    }

    /// `Not_found`; see [`failure`](Self::failure).
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn not_found(&self) -> OCamlRef<'r, OCamlExn> {
        checked! { let _operation = self.used("Region::not_found"); }
        // SAFETY: as above.
        self.keep(OCamlException::not_found(&mut unsafe { self.handle() }).root())
    }

    /// `End_of_file`; see [`failure`](Self::failure).
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn end_of_file(&self) -> OCamlRef<'r, OCamlExn> {
        checked! { let _operation = self.used("Region::end_of_file"); }
        // SAFETY: as above.
        self.keep(OCamlException::end_of_file(&mut unsafe { self.handle() }).root())
    }

    /// An exception as what a function that is exported with `raise` returns as its `Err`.
    ///
    /// ```no_run
    /// # use bactrian_runtime::{OCamlException, OCamlInt, OCamlRef, Region};
    /// fn positive<'r>(
    ///     r: &Region<'r>,
    ///     n: i64,
    /// ) -> Result<OCamlRef<'r, OCamlInt>, OCamlException> {
    ///     if n > 0 { Ok(r.int(n)) } else { Err(r.exception(r.not_found())) }
    /// }
    /// ```
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn exception(&self, exception: OCamlRef<'_, OCamlExn>) -> OCamlException {
        checked! { let _operation = self.used("Region::exception"); }
        OCamlException::new(self.runtime.get(exception))
    }
}
