use bactrian::*;

#[export]
fn show<T: ToString>(value: BoxRoot<T>) -> bool {
    let _ = value;
    true
}

fn main() {}
