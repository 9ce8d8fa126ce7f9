use bactrian::*;

#[derive(ToOCaml)]
#[ocaml(polymorphic_variant)]
struct Point {
    x: f64,
}

fn main() {}
