use bactrian::*;

#[export]
fn shout(#[ocaml(as_ = "OCamlInt")] text: String) -> String {
    text.to_uppercase()
}

fn main() {}
