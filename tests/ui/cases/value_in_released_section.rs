use bactrian::*;

fn release(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> usize {
    let value = rt.get(text);
    rt.releasing_runtime(|| value.as_bytes().len())
}

fn main() {}
