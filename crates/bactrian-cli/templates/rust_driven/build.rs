//! Makes the OCaml libraries part of the program.

fn main() {
    let library = "@name@_ocaml";
    bactrian_build::Dune::new("ocaml").library(library).build();
}
