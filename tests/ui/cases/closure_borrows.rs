use bactrian::*;

fn give(rt: &mut OCamlRuntime, f: OCamlFn<(RustFn<(i64,), i64>,), i64>) -> i64 {
    let factors = vec![1, 2, 3];
    let scale = RustFn::new(|_, (x,): (i64,)| x * factors[1]);
    f.call(rt, (scale,)).unwrap_or(0)
}

fn main() {}
