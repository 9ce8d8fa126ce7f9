use bactrian::*;

fn nested(rt: &mut OCamlRuntime) {
    rt.region(|outer| {
        let mut kept = None;
        outer.sub(|inner| {
            kept = Some(inner.root::<OCamlInt, _>(&1i64));
            inner.root::<OCamlInt, _>(&2i64)
        });
        kept
    });
}

fn main() {}
