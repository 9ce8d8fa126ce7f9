use bactrian::*;

#[export]
fn same(value: OCaml) -> bool {
    let _ = value;
    true
}

fn main() {}
