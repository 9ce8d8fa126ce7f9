use bactrian::OCamlRuntime;

#[bactrian::ocaml_test(release)]
fn with_an_option(_rt: &mut OCamlRuntime) {}

fn main() {}
