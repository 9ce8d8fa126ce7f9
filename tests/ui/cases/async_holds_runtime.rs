use bactrian::*;

#[export(lwt)]
async fn wait(rt: &mut OCamlRuntime, n: i64) -> i64 {
    let _ = rt;
    n
}

fn main() {}
