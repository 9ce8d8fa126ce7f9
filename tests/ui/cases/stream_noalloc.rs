use bactrian::task::channel::channel;
use bactrian::task::stream::Stream;
use bactrian::*;

#[export(noalloc)]
fn numbers(_count: i64) -> impl Stream<Item = Result<i64, OCamlException>> {
    channel(1).1
}

fn main() {}
