use bactrian::task::stream::Stream;
use bactrian::*;

struct Opaque;

#[export]
fn numbers(count: i64) -> Box<dyn Stream<Item = Opaque> + Unpin> {
    unimplemented!("{count}")
}

fn main() {}
