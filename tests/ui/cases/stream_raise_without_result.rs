use bactrian::task::stream::Stream;
use bactrian::*;

#[export(raise)]
fn numbers(count: i64) -> Box<dyn Stream<Item = i64> + Unpin> {
    unimplemented!("{count}")
}

fn main() {}
