use bactrian::*;

fn call(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, list: BoxRoot<OCamlList<OCamlInt>>) -> i64 {
    let first = list.get(rt).uncons();
    let _ = f.call(rt, (1,));
    first.map_or(0, |(head, _)| head.to_i64())
}

fn main() {}
