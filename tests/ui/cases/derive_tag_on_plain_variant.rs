use bactrian::*;

#[derive(ToOCaml)]
enum Answer {
    #[ocaml(tag = "yes")]
    Yes,
    No,
}

fn main() {}
