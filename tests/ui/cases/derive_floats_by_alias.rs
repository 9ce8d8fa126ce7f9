use bactrian::*;

type Metres = f64;

#[derive(ToOCaml)]
struct Size {
    width: Metres,
    height: Metres,
}

fn main() {}
