use bactrian::*;

fn both(rt: &mut OCamlRuntime) {
    rt.region(|r| {
        let lent = r.runtime();
        r.root::<OCamlInt, _>(&1i64);
        let _root: BoxRoot<String> = "text".to_boxroot(lent);
    });
}

fn main() {}
