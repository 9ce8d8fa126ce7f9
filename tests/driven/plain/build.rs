//! An object that the project's own dune file makes.

use bactrian_build::{Dune, Mode};

fn main() {
    let bytecode = std::env::var("BACTRIAN_MODE").is_ok_and(|mode| mode == "bytecode");
    let object = if bytecode { "plain.bc.o" } else { "plain.exe.o" };
    let built = Dune::new("ocaml").object(object).build();
    assert_eq!(built.mode == Mode::Bytecode, bytecode);
}
