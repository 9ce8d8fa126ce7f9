use bactrian::*;

fn call(rt: &mut OCamlRuntime, f: OCamlFn<i64, i64>) -> i64 {
    f.call(rt, 1).unwrap_or(0)
}

fn main() {}
