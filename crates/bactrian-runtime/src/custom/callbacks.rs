//! What the runtime calls: the finaliser, comparison and the hash.

use super::block::{box_of_ours, describe};
use super::error::BorrowError;
use super::header::{BoxPtr, Header};
use super::{queue, report};
use crate::exception::OCamlException;
use crate::ffi::domain_state;
use crate::ffi::mlvalues::RawOCaml;
use crate::runtime::OCamlRuntime;
use crate::shim;
use core::cmp::Ordering;
use core::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The block is dead: called in the middle of a collection, on whichever thread that is. Nothing of the user's runs.
pub(super) unsafe extern "C" fn finalise(raw: RawOCaml) {
    // SAFETY: the runtime calls this once a block, whose reference to the box is given back.
    unsafe {
        if let Some(boxed) = box_of_ours(raw) {
            queue::drop_later(boxed, boxed.as_ref().leave());
        }
    }
}

/// A shared borrow, of a box whose type is not known, for an operation of the runtime.
pub(super) struct Borrowed(BoxPtr);

impl Borrowed {
    /// # Safety
    /// The box must be live, and of a type that is `Sync`: one that has such an operation.
    pub(super) unsafe fn of(boxed: BoxPtr) -> Result<Self, BorrowError> {
        // SAFETY: passed on.
        unsafe { boxed.as_ref() }.borrow()?;
        Ok(Self(boxed))
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // SAFETY: the borrow is given back, once.
        unsafe {
            let left = self.0.as_ref().leave_borrow();
            queue::drop_later(self.0, left);
        }
    }
}

/// `compare` and its kin, on two of our blocks. The runtime raises from the midst of a comparison itself, for functions,
/// and leaks no more than its stack, if that had grown.
pub(super) unsafe extern "C" fn compare(a: RawOCaml, b: RawOCaml) -> c_int {
    // SAFETY: the runtime lends the lock, and nothing collects before the words have been looked at.
    unsafe { shim::call("compare", |rt| compare_blocks(rt, a, b)) }
}

/// # Safety
/// The words must be live blocks of ours.
unsafe fn compare_blocks(
    rt: &mut OCamlRuntime,
    a: RawOCaml,
    b: RawOCaml,
) -> Result<c_int, OCamlException> {
    // SAFETY: passed on.
    unsafe {
        let (Some(a), Some(b)) = (box_of_ours(a), box_of_ours(b)) else {
            return Err(OCamlException::invalid_argument(
                rt,
                "compare: a Rust value without a box",
            ));
        };
        let (first, second) = (a.as_ref(), b.as_ref());
        if first.kind().id != second.kind().id {
            // OCaml orders blocks of different types by their names too.
            let key = |header: &Header| ((header.kind().name)(), header.kind().id);
            return Ok(key(first).cmp(&key(second)) as c_int);
        }
        let Some(compare) = first.kind().compare.or(second.kind().compare) else {
            let name = (first.kind().name)();
            let message = format!("compare: Rust values `{name}` cannot be compared");
            return Err(OCamlException::invalid_argument(rt, &message));
        };
        let both = Borrowed::of(a).and_then(|first| Ok((first, Borrowed::of(b)?)));
        let _both = match both {
            Ok(both) => both,
            Err(error) => {
                return Err(OCamlException::invalid_argument(rt, &format!("compare: {error}")));
            }
        };
        match compare(a, b) {
            Some(order) => Ok(order as c_int),
            None => {
                // `=`, `<` and so on are false; `compare` needs an order all the same.
                domain_state::set_compare_unordered(domain_state::current());
                Ok(match a.cmp(&b) {
                    Ordering::Less => -1,
                    Ordering::Equal => 0,
                    Ordering::Greater => 1,
                })
            }
        }
    }
}

/// `Hashtbl.hash`, which is declared `noalloc`: no exception, and nothing on the OCaml heap.
pub(super) unsafe extern "C" fn hash(raw: RawOCaml) -> isize {
    let hashed = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: a live block of ours.
        unsafe {
            let boxed = box_of_ours(raw)?;
            let hash = boxed.as_ref().kind().hash?;
            match Borrowed::of(boxed) {
                Ok(_borrowed) => Some(hash(boxed)),
                Err(error) => {
                    report::say(&format!("Hashtbl.hash: {error}; its hash is 0 meanwhile"));
                    None
                }
            }
        }
    }));
    match hashed {
        Ok(hash) => hash.map_or(0, |hash| (hash ^ (hash >> 32)) as u32 as isize),
        Err(payload) => {
            // SAFETY: a live block of ours.
            let what = unsafe { describe(raw) };
            report::panicked(&format!("Hashtbl.hash of {what}"), payload);
            0
        }
    }
}
