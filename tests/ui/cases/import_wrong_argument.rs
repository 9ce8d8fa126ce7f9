use bactrian::*;

ocaml! {
    fn twice(n: OCamlInt) -> OCamlInt;
}

fn call(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> i64 {
    twice(rt, text).to_rust(rt)
}

fn main() {}
