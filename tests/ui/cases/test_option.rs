use bactrian::OCamlRuntime;

#[bactrian::test(release)]
fn with_an_option(_rt: &mut OCamlRuntime) {}

fn main() {}
