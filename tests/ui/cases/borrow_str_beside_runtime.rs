use bactrian::*;

#[export]
fn greet(rt: &mut OCamlRuntime, name: &str) -> String {
    let _ = rt;
    name.to_owned()
}

fn main() {}
