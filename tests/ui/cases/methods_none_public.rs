use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export]
impl Counter {
    fn next(&self) -> i64 {
        self.count + 1
    }
}

fn main() {}
