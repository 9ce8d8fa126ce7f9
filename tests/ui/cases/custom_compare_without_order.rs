use bactrian::*;

#[derive(Custom)]
#[ocaml(compare)]
struct Counter {
    count: i64,
}

fn main() {}
