use bactrian::OCamlRuntime;

#[bactrian::test]
fn two(_rt: &mut OCamlRuntime, _n: i64) {}

fn main() {}
