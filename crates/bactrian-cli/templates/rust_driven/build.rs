//! Makes the OCaml libraries part of the program.

fn main() {
    bactrian_build::Dune::new("ocaml").library("@name@_ocaml").build();
}
