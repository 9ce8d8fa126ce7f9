//! What a word is: stale, immediate, a block of some kind.

use super::stop;
use crate::frame::Site;
use bactrian_runtime::ffi::alloc::{caml_int32_ops, caml_int64_ops, caml_nativeint_ops};
use bactrian_runtime::ffi::domain_state;
use bactrian_runtime::ffi::mlvalues::{
    RawOCaml, field, int_val, is_block, string_length, tag, tag_of, wosize,
};

unsafe extern "C" {
    static caml_minor_heaps_start: usize;
    static caml_minor_heaps_end: usize;
}

const STALE: &str = "a value that is kept over an allocation is kept in a root";

/// Stops when the word points into the part of the minor heap that is free: it was moved by a collection after it was
/// read.
pub fn check_fresh(word: RawOCaml, name: &str, site: Site) {
    if !is_block(word) {
        return;
    }
    // SAFETY: the lock is held, as the caller has checked.
    let free = unsafe {
        let state = domain_state::current();
        domain_state::young_start(state)..domain_state::young_ptr(state) as usize
    };
    if word == 0 || free.contains(&(word as usize)) {
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
    // SAFETY: the runtime sets these when it starts.
    let heap = unsafe { caml_minor_heaps_start..caml_minor_heaps_end };
    if heap.contains(&bytes) {
        stop(site, &format!("`{name}` points into the OCaml heap"), RULE);
    }
}

/// `enum bactrian_what`
pub const VALUES: isize = 2;
pub const DOUBLE_ARRAY: isize = 5;
const NAMES: [&str; 12] = [
    "an immediate",
    "a block",
    "a block of values",
    "a string",
    "a float",
    "a float array",
    "an int32",
    "an int64",
    "a nativeint",
    "a custom block",
    "a function",
    "an abstract block",
];

/// Whether the word is what the function needs.
///
/// # Safety
/// A word that is a block must be live.
unsafe fn is(word: RawOCaml, what: isize) -> bool {
    if !is_block(word) {
        return what == 0;
    }
    // SAFETY: passed on; a custom block's first word is the address of its operations.
    unsafe {
        let tag = tag_of(word);
        let custom =
            |operations: usize| tag == tag::CUSTOM && field(word, 0) as usize == operations;
        match what {
            0 => false,
            1 => true,
            VALUES => tag < tag::NO_SCAN,
            3 => tag == tag::STRING,
            4 => tag == tag::DOUBLE,
            DOUBLE_ARRAY => tag == tag::DOUBLE_ARRAY || wosize(word) == 0,
            6 => custom(&raw const caml_int32_ops as usize),
            7 => custom(&raw const caml_int64_ops as usize),
            8 => custom(&raw const caml_nativeint_ops as usize),
            9 => tag == tag::CUSTOM,
            10 => tag == tag::CLOSURE || tag == tag::INFIX,
            _ => tag == tag::NO_SCAN,
        }
    }
}

/// A word in words.
///
/// # Safety
/// As for [`is`].
unsafe fn describe(word: RawOCaml) -> String {
    if !is_block(word) {
        return format!("the immediate {}", int_val(word));
    }
    // SAFETY: passed on.
    unsafe {
        match (3..12).find(|&what| is(word, what)) {
            Some(what) if wosize(word) != 0 => NAMES[what as usize].to_owned(),
            _ => format!("a block of {} values with tag {}", wosize(word), tag_of(word)),
        }
    }
}

/// # Safety
/// As for [`is`].
pub unsafe fn check_is(word: RawOCaml, what: isize, name: &str, site: Site) {
    // SAFETY: passed on.
    unsafe {
        if !is(word, what) {
            let wrong = format!("`{name}` holds {}", describe(word));
            stop(site, &wrong, &format!("this function takes {}", NAMES[what as usize]));
        }
    }
}

/// # Safety
/// As for [`is`].
pub unsafe fn check_index(word: RawOCaml, what: isize, index: isize, name: &str, site: Site) {
    // SAFETY: passed on.
    unsafe {
        check_is(word, what, name, site);
        let length = if what == 3 { string_length(word) } else { wosize(word) };
        if index < 0 || index as usize >= length {
            let wrong = format!("index {index} is beyond `{name}`, {}", describe(word));
            stop(site, &wrong, &format!("an index is below the length, here {length}"));
        }
    }
}
