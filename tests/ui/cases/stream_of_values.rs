use bactrian::task::stream::Stream;
use bactrian::*;

#[export]
fn numbers(_count: i64) -> Box<dyn Stream<Item = OCaml<'static, OCamlInt>> + Unpin> {
    unimplemented!("{_count}")
}

fn main() {}
