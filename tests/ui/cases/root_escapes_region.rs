use bactrian::*;

fn escape(rt: &mut OCamlRuntime) -> i64 {
    let root = rt.region(|r| r.root::<OCamlInt, _>(&1i64));
    root.to_rust(rt)
}

fn main() {}
