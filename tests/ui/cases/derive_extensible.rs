use bactrian::*;

#[derive(FromOCaml)]
#[ocaml(extensible)]
enum Message {
    Text(String),
}

fn main() {}
