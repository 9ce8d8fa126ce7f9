use bactrian::*;

#[export]
unsafe fn peek(address: i64) -> i64 {
    address
}

fn main() {}
