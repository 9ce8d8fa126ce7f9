use bactrian::*;
use std::rc::Rc;

fn counter(count: Rc<i64>) -> RustFn<(i64,), i64> {
    RustFn::new_mut(move |_, (by,): (i64,)| *count + by)
}

fn main() {}
