use bactrian::*;

fn length(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> usize {
    let bytes: &[u8] = rt.get(text).as_bytes();
    let _root: BoxRoot<String> = "other".to_boxroot(rt);
    bytes.len()
}

fn main() {}
