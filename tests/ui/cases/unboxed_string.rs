use bactrian::*;

#[export]
fn shout(#[ocaml(unboxed)] text: String) -> String {
    text.to_uppercase()
}

fn main() {}
