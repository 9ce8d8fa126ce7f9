use bactrian::*;

enum Status {
    Fine,
    Failed(String),
}

impl_to_ocaml_variant! {
    Status {
        Status::Failed(message: String),
    }
}

fn main() {}
