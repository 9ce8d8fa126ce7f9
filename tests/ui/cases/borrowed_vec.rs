use bactrian::*;

#[export]
fn count(values: &Vec<i64>) -> i64 {
    values.len() as i64
}

fn main() {}
