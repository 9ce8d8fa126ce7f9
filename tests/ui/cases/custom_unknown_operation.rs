use bactrian::*;

#[derive(Custom)]
#[ocaml(print)]
struct Counter {
    count: i64,
}

fn main() {}
