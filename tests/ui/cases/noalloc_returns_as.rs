use bactrian::*;

#[export(noalloc, returns = "OCamlInt32")]
fn half(n: i64) -> u32 {
    n as u32 / 2
}

fn main() {}
