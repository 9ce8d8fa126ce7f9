use bactrian::task::stream::Stream;
use bactrian::*;

struct Opaque;

#[export]
fn numbers(_count: i64) -> Box<dyn Stream<Item = Opaque> + Unpin> {
    unimplemented!("{_count}")
}

fn main() {}
