use bactrian::*;

fn nested(rt: &mut OCamlRuntime) {
    rt.region(|outer| {
        outer.sub(|inner| {
            let _ = outer.root::<OCamlInt, _>(&1i64);
            inner.root::<OCamlInt, _>(&2i64)
        });
    });
}

fn main() {}
