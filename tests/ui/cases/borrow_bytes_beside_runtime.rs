use bactrian::*;

#[export]
fn length(rt: &mut OCamlRuntime, bytes: &[u8]) -> i64 {
    let _ = rt;
    bytes.len() as i64
}

fn main() {}
