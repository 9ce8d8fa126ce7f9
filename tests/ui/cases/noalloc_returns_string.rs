use bactrian::*;

#[export(noalloc)]
fn name(n: i64) -> String {
    n.to_string()
}

fn main() {}
