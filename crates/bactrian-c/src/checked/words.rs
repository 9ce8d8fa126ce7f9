//! What a word is: stale, immediate, a block of some kind.

use super::stop;
use crate::frame::Site;
use bactrian_runtime::checked::words::{Kind, describe, is_in_a_minor_heap, is_stale};
use bactrian_runtime::ffi::mlvalues::{RawOCaml, string_length, wosize};

const STALE: &str = "a value that is kept over an allocation is kept in a root";

/// Stops when the word points into the part of the minor heap that is free: it was moved by a collection after it was
/// read.
pub fn check_fresh(word: RawOCaml, name: &str, site: Site) {
    if is_stale(word) {
        let wrong = format!(
            "`{name}` holds a stale word: a collection has moved its block since it was read"
        );
        stop(site, &wrong, STALE);
    }
}

/// Stops when the bytes are not the caller's own: NULL, or inside the minor heap.
pub fn check_outside(bytes: usize, name: &str, site: Site) {
    const RULE: &str = "bytes that are copied to the OCaml heap lie outside it, since the allocation may move what is in it";
    if bytes == 0 {
        stop(site, &format!("`{name}` is NULL"), "a string is given");
    }
    if is_in_a_minor_heap(bytes) {
        stop(site, &format!("`{name}` points into the OCaml heap"), RULE);
    }
}

/// `enum bactrian_what`
const KINDS: [Kind; 12] = [
    Kind::Immediate,
    Kind::Block,
    Kind::Values,
    Kind::String,
    Kind::Float,
    Kind::FloatArray,
    Kind::Int32,
    Kind::Int64,
    Kind::Nativeint,
    Kind::Custom,
    Kind::Function,
    Kind::Abstract,
];

/// # Safety
/// A word that is a block must be live.
pub unsafe fn check_is(word: RawOCaml, what: isize, name: &str, site: Site) {
    let kind = KINDS[what as usize];
    // SAFETY: passed on.
    unsafe {
        if !kind.fits(word) {
            let wrong = format!("`{name}` holds {}", describe(word));
            stop(site, &wrong, &format!("this function takes {}", kind.name()));
        }
    }
}

/// # Safety
/// As for [`check_is`].
pub unsafe fn check_index(word: RawOCaml, what: isize, index: isize, name: &str, site: Site) {
    // SAFETY: passed on.
    unsafe {
        check_is(word, what, name, site);
        let string = KINDS[what as usize] == Kind::String;
        let length = if string { string_length(word) } else { wosize(word) };
        if index < 0 || index as usize >= length {
            let wrong = format!("index {index} is beyond `{name}`, {}", describe(word));
            stop(site, &wrong, &format!("an index is below the length, here {length}"));
        }
    }
}
