use bactrian::*;

#[export]
extern "C" fn plain(n: i64) -> i64 {
    n
}

fn main() {}
