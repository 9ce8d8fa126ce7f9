use bactrian::*;

#[derive(ToOCaml)]
#[ocaml(flat)]
struct Point {
    x: f64,
}

fn main() {}
