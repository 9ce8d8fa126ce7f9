use bactrian::*;
use std::cell::Cell;

#[derive(Custom)]
struct Local {
    count: Cell<i64>,
}

#[export]
fn look(local: &Local) -> i64 {
    local.count.get()
}

fn main() {}
