//! Exports whose names are those that a shim might use itself.

#![allow(dead_code, reason = "what only stands in the way")]

use bactrian::{OCamlInt, OCamlRef, OCamlRuntime, Region, export};

// In the way of what a shim means by these names.
struct Some;
struct None;
fn drop() {}
mod core {}
mod std {}

#[export(name = "n_shim")]
fn shim(runtime: i64, word_0: i64) -> i64 {
    runtime + word_0
}

#[export(name = "n_again")]
fn again(arguments: OCamlRef<'_, OCamlInt>, shim: OCamlRef<'_, OCamlInt>) -> bool {
    ::core::ptr::eq(arguments, shim)
}

#[export(name = "n_runtime")]
fn runtime(rt: &mut OCamlRuntime, runtime: i64) -> i64 {
    let _ = rt;
    runtime
}

#[export(name = "n_region")]
fn region<'r>(
    region: &Region<'r>,
    arguments: OCamlRef<'r, String>,
) -> OCamlRef<'r, (String, String)> {
    region.pair(arguments, arguments)
}

#[export(name = "n_result", raise)]
fn result(result: String) -> Result<String, String> {
    if result.is_empty() { Err("empty".into()) } else { Ok(result) }
}

#[export(name = "n_borrow")]
fn borrow(borrow: &str, call: &[u8]) -> i64 {
    (borrow.len() + call.len()) as i64
}

#[export(name = "n_bytecode", unboxed)]
fn bytecode(words: f64, count: f64) -> f64 {
    words * count
}

#[export(name = "n_word_0")]
fn word_0(r#type: i64, r#match: i64) -> i64 {
    r#type - r#match
}

#[export(name = "n_noalloc", noalloc)]
fn name(name: i64) -> bool {
    name == 0
}
