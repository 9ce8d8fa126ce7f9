use bactrian::*;

#[export(noalloc)]
fn add(rt: &mut OCamlRuntime, n: i64) -> bool {
    let _ = rt;
    n > 0
}

fn main() {}
