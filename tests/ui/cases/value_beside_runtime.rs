use bactrian::*;

#[export]
fn first(rt: &mut OCamlRuntime, pair: OCaml<'_, (String, String)>) -> String {
    let _ = rt;
    pair.fst().to_rust()
}

fn main() {}
