use bactrian::*;

#[export]
fn late(n: i64, rt: &mut OCamlRuntime) -> i64 {
    let _ = rt;
    n
}

fn main() {}
