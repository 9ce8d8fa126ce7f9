use bactrian::*;

fn counter(mut count: i64) -> RustFn<(i64,), i64> {
    RustFn::new(move |_, (by,): (i64,)| {
        count += by;
        count
    })
}

fn main() {}
