use bactrian::*;

#[derive(ToOCaml)]
struct Point {
    #[ocaml(skip)]
    x: i64,
}

fn main() {}
