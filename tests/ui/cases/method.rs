use bactrian::*;

struct Counter(i64);

impl Counter {
    #[export]
    fn next(&self) -> i64 {
        self.0 + 1
    }
}

fn main() {}
