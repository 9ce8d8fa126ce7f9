use bactrian::*;
use std::cell::Cell;

#[derive(Custom, PartialEq, PartialOrd)]
#[ocaml(compare)]
struct Local {
    count: Cell<i64>,
}

fn main() {}
