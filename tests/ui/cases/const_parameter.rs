use bactrian::*;

#[export]
fn many<const N: usize>(n: i64) -> i64 {
    n * N as i64
}

fn main() {}
