use bactrian::task::stream::Stream;
use bactrian::*;

#[export(raise)]
fn numbers(_count: i64) -> Box<dyn Stream<Item = i64> + Unpin> {
    unimplemented!("{_count}")
}

fn main() {}
