use bactrian::*;

fn constant(n: i64) -> RustFn<(), i64> {
    RustFn::new(move |_, ()| n)
}

fn main() {}
