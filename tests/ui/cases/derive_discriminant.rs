use bactrian::*;

#[derive(ToOCaml)]
enum Code {
    Ok = 200,
    NotFound = 404,
}

fn main() {}
