use bactrian::OCamlRuntime;

#[bactrian::ocaml_test]
fn two(_rt: &mut OCamlRuntime, _n: i64) {}

fn main() {}
