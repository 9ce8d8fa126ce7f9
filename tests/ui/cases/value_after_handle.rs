use bactrian::*;

#[export]
fn echo(rt: &mut OCamlRuntime, text: OCaml<'_, String>) -> String {
    let kept: BoxRoot<String> = "other".to_boxroot(rt);
    let text: String = text.to_rust();
    text + &kept.to_rust::<String>(rt)
}

fn main() {}
