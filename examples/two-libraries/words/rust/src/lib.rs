//! Words of a text, for OCaml.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]

use bactrian::{
    BoxRoot, OCamlException, OCamlFn, OCamlList, OCamlRef, OCamlRuntime, ToOCaml, export,
};

/// The words of a text: runs of letters and digits.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of a text: runs of letters and digits.
#[export(name = "words_split", rename = "split")]
fn words_of(text: &str) -> Vec<String> {
    split(text).map(str::to_owned).collect()
}

/// Calls a function with each word. Its exceptions go through.
#[export(name = "words_each", raise)]
fn each(
    rt: &mut OCamlRuntime,
    text: String,
    f: OCamlFn<(String,), ()>,
) -> Result<(), OCamlException> {
    split(&text).try_for_each(|word| f.call(rt, (word.to_owned(),)))
}

/// A word in a field of some width.
#[export(name = "words_pad")]
fn pad(
    word: String,
    #[ocaml(label)] width: usize,
    #[ocaml(label)] before: String,
    #[ocaml(label)] after: String,
    #[ocaml(label)] centre: bool,
    #[ocaml(label)] upper: bool,
) -> String {
    let word = if upper { word.to_uppercase() } else { word };
    let padded = if centre { format!("{word:^width$}") } else { format!("{word:<width$}") };
    before + &padded + &after
}

/// For other Rust code: the longest of some OCaml strings, as a root.
pub fn longest(
    rt: &mut OCamlRuntime,
    words: OCamlRef<'_, OCamlList<String>>,
) -> Option<BoxRoot<String>> {
    let words: Vec<String> = words.to_rust(rt);
    let longest = words.into_iter().max_by_key(|word| word.chars().count())?;
    Some(longest.to_boxroot(rt))
}
