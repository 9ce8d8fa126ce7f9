use bactrian::task::channel::channel;
use bactrian::task::stream::Stream;
use bactrian::*;

#[export(raise)]
fn numbers(_rt: &mut OCamlRuntime, _count: i64) -> impl Stream<Item = Result<i64, OCamlException>> + use<> {
    channel(1).1
}

fn main() {}
