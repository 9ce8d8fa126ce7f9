use bactrian::*;

fn two(rt: &mut OCamlRuntime) {
    let first = &mut *rt;
    let second = &mut *rt;
    let _a: BoxRoot<String> = "a".to_boxroot(first);
    let _b: BoxRoot<String> = "b".to_boxroot(second);
}

fn main() {}
