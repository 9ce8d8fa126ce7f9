use bactrian::*;

fn keep(rt: &mut OCamlRuntime, root: &mut BoxRoot<String>) {
    let value: OCaml<OCamlInt> = 3i64.to_ocaml(rt);
    root.keep(value);
}

fn main() {}
