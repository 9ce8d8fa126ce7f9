use bactrian::*;

#[derive(OCamlException)]
enum Failure {
    #[ocaml(exception = "Syntax")]
    Syntax(String),
    Timeout,
}

fn main() {}
