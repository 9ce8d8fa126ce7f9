use bactrian::*;

#[export(no_panic_catch)]
fn noop() {}

fn main() {}
