use bactrian::*;

#[export(noalloc)]
fn same(value: OCamlRef<'_, String>) -> bool {
    let _ = value;
    true
}

fn main() {}
