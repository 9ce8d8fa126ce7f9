use bactrian::task::stream::Stream;
use bactrian::*;

#[export]
fn numbers(count: i64) -> Box<dyn Stream<Item = OCaml<'static, OCamlInt>> + Unpin> {
    unimplemented!("{count}")
}

fn main() {}
