//! What Bactrian writes into libraries about their functions and types, and how it is read.
//!
//! The macros describe ([`describe`]) each exported or imported function and each derived type, as constants that are
//! encoded at compile time into a link section. The generator of bindings finds the section and decodes it ([`decode`])
//! into what [`model`] holds. [`names`] says what is called how in OCaml.
//!
//! Nothing here needs more of Rust's library than `alloc`, and the encoder not even that.

#![no_std]

extern crate alloc;

mod decode;
pub mod describe;
mod encode;
pub mod model;
pub mod names;

pub use decode::{DecodeError, RawEntry, entries};

/// The link section of ELF files. As a C identifier it gives the program symbols for its start and end.
pub const ELF_SECTION: &str = "bactrian_schema";

/// The segment and section of Mach-O files.
pub const MACH_O_SECTION: (&str, &str) = ("__DATA", "__bactrian");

/// The version of the encoding that this crate writes, and the newest that it reads.
pub const VERSION: u16 = 1;

/// What every entry starts with.
const MAGIC: [u8; 8] = *b"BACTRIAN";

/// The bytes of an entry before its payload: magic, version, kind, a zero, length, checksum.
const HEADER: usize = 20;

/// Types that are nested deeper have no description.
const MAX_DEPTH: u32 = 64;

/// The kinds of entry, as they are encoded.
mod kind {
    pub const LIBRARY: u8 = 0;
    pub const FUNCTION: u8 = 1;
    pub const IMPORT: u8 = 2;
    pub const TYPE: u8 = 3;
    pub const EXCEPTION: u8 = 4;
    pub const CONSTANT: u8 = 5;
}

/// Where the checksum is in an entry: what comes before and after it, but for the magic, is summed.
const SUM: usize = 16;

/// FNV-1a of a whole entry: cheap at compile time, and enough to tell damage.
const fn checksum(entry: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5u32;
    let mut index = MAGIC.len();
    while index < entry.len() {
        if index == SUM {
            index = HEADER;
            continue;
        }
        hash = (hash ^ entry[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests;
