use bactrian::*;

ocaml! {
    fn twice(n: OCamlInt) -> OCamlInt = "twi\0ce";
}

fn main() {}
