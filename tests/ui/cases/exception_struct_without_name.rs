use bactrian::*;

#[derive(OCamlException)]
struct Timeout(i64);

fn main() {}
