use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export]
fn look(counter: Counter) -> i64 {
    counter.count
}

fn main() {}
