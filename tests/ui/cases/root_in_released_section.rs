use bactrian::*;

fn release(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) {
    rt.releasing_runtime(|| {
        let _ = text;
    });
}

fn main() {}
