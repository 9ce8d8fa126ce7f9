use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export(noalloc)]
fn read(counter: &Counter) -> isize {
    counter.count as isize
}

fn main() {}
