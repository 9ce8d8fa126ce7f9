use bactrian::*;

fn keep(rt: &mut OCamlRuntime, root: &mut BoxRoot<String>) {
    let value: OCaml<String> = "first".to_ocaml(rt);
    let _other: BoxRoot<String> = "second".to_boxroot(rt);
    root.keep(value);
}

fn main() {}
