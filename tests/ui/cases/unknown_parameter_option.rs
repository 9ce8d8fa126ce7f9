use bactrian::*;

#[export]
fn half(#[ocaml(raw)] x: f64) -> f64 {
    x / 2.0
}

fn main() {}
