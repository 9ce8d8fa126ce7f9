use bactrian::*;

fn half(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(String, i64), i64>,
) -> Result<OCamlFn<(i64,), i64>, OCamlException> {
    f.partial(rt, (1i64,))
}

fn main() {}
