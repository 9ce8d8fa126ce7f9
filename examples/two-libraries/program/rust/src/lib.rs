//! The one static library of the program: the crates of its libraries, and what it exports itself.
//!
//! A crate that nothing is used of is not linked: `use … as _` is enough to have its exported functions.

use bactrian::{OCamlList, OCamlRef, OCamlRuntime, export};
use bactrian_example_tally as tally;
use bactrian_example_words as words;

/// Keeps the longest string: a root that one crate makes is kept by the other.
#[export(name = "program_keep_longest")]
fn keep_longest(rt: &mut OCamlRuntime, list: OCamlRef<OCamlList<String>>) {
    tally::keep_sample(words::longest(rt, list));
}
