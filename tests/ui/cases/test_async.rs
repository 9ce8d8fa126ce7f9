use bactrian::OCamlRuntime;

#[bactrian::ocaml_test]
async fn waits(_rt: &mut OCamlRuntime) {}

fn main() {}
