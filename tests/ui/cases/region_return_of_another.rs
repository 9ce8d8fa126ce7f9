use bactrian::*;

fn mix<'a, 'b>(a: &Region<'a>, b: OCamlRef<'b, OCamlInt>) -> OCamlRef<'a, OCamlInt> {
    let _ = a;
    b
}

fn main() {}
