use bactrian::*;

struct Point {
    x: f64,
    y: f64,
}

impl_to_ocaml_record! {
    Point {
        x: OCamlFloat,
        y: OCamlFloat,
    }
}

fn main() {}
