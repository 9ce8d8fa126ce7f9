use bactrian::*;

#[export(fast)]
fn noop() {}

fn main() {}
