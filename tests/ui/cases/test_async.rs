use bactrian::OCamlRuntime;

#[bactrian::test]
async fn waits(_rt: &mut OCamlRuntime) {}

fn main() {}
