use bactrian::*;

#[derive(ToOCaml, FromOCaml)]
enum Never {}

fn main() {}
