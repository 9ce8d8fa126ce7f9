use bactrian::*;

#[export]
fn pair<'r>(r: &Region<'r>, name: &str) -> OCamlRef<'r, String> {
    r.root(name)
}

fn main() {}
