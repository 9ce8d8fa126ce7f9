use bactrian::*;

#[export(lwt, noalloc)]
async fn fetch(n: i64) -> i64 {
    n
}

fn main() {}
