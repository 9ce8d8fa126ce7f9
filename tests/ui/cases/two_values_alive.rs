use bactrian::*;

fn two(rt: &mut OCamlRuntime) -> bool {
    let a: OCaml<String> = "a".to_ocaml(rt);
    let b: OCaml<String> = "b".to_ocaml(rt);
    a.as_bytes() == b.as_bytes()
}

fn main() {}
