use bactrian::*;

fn pair_of(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> i64 {
    let text = rt.get(a);
    let _other: OCaml<String> = "other".to_ocaml(rt);
    text.as_bytes().len() as i64
}

fn main() {}
