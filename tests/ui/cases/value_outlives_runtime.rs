use bactrian::*;
use std::cell::Cell;

thread_local! {
    static STASH: Cell<Option<OCaml<'static, String>>> = const { Cell::new(None) };
}

fn stash(rt: &mut OCamlRuntime) {
    STASH.set(Some("text".to_ocaml(rt)));
}

fn main() {}
