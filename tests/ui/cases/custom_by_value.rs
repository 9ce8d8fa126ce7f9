use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export]
fn read(counter: Counter) -> i64 {
    counter.count
}

fn main() {}
