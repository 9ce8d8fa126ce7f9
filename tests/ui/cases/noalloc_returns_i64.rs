use bactrian::*;

#[export(noalloc)]
fn double(n: i64) -> i64 {
    n * 2
}

fn main() {}
