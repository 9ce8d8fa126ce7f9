use bactrian::*;

fn release(rt: &mut OCamlRuntime) {
    let again = &mut *rt;
    rt.releasing_runtime(|| {
        let _root: BoxRoot<String> = "text".to_boxroot(again);
    });
}

fn main() {}
