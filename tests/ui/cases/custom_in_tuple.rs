use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export]
fn counted(count: i64) -> (Counter, i64) {
    (Counter { count }, count)
}

fn main() {}
