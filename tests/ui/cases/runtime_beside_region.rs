use bactrian::*;

fn both(rt: &mut OCamlRuntime) {
    rt.region(|r| {
        let _root: BoxRoot<String> = "text".to_boxroot(rt);
        r.root::<OCamlInt, _>(&1i64);
    });
}

fn main() {}
