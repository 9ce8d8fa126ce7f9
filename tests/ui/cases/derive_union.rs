use bactrian::*;

#[derive(ToOCaml)]
union Word {
    int: i64,
    float: f64,
}

fn main() {}
