use bactrian::*;

#[derive(ToOCaml, FromOCaml)]
struct Metres(f64);

#[derive(FromOCaml)]
#[ocaml(from_only)]
struct Size {
    width: Metres,
    height: Metres,
}

fn main() {}
