use bactrian::*;

fn release(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) {
    rt.releasing_runtime(|| {
        let _text = text;
    });
}

fn main() {}
