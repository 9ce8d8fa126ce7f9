use bactrian::*;

#[derive(ToOCaml)]
#[ocaml(gadt)]
enum Typed {
    Int(i64),
    Text(String),
}

fn main() {}
