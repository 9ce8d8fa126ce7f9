use bactrian::*;
use std::cell::Cell;

fn counter(count: Cell<i64>) -> RustFn<(i64,), i64> {
    RustFn::new(move |_, (by,): (i64,)| {
        count.set(count.get() + by);
        count.get()
    })
}

fn main() {}
