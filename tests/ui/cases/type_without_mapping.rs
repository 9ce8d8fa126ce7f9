use bactrian::*;

struct Handle {
    _descriptor: i32,
}

#[export]
fn open(handle: Handle) -> bool {
    let _ = handle;
    true
}

fn main() {}
