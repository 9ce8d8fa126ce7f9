use bactrian::*;

#[export(raise)]
fn fail() -> Result<(), std::num::ParseIntError> {
    "x".parse::<i64>().map(|_| ())
}

fn main() {}
