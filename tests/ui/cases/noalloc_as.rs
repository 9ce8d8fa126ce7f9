use bactrian::*;

#[export(noalloc)]
fn positive(#[ocaml(as_ = "OCamlInt64")] n: i64) -> bool {
    n > 0
}

fn main() {}
