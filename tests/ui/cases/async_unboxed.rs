use bactrian::*;

#[export(unboxed)]
async fn count(n: i64) -> i64 {
    n
}

fn main() {}
