use bactrian::*;

struct Handle {
    _descriptor: i32,
}

#[export]
fn keep(handle: Handle) -> bool {
    let _ = handle;
    true
}

fn main() {}
