use bactrian::*;

#[export]
fn pair<'r>(r: &Region<'r>, n: OCaml<'_, OCamlInt>) -> OCamlRef<'r, OCamlInt> {
    r.root(&n.to_i64())
}

fn main() {}
