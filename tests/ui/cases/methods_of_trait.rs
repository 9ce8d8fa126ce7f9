use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

trait Next {
    fn next(&self) -> i64;
}

#[export]
impl Next for Counter {
    fn next(&self) -> i64 {
        self.count + 1
    }
}

fn main() {}
