//! The OCaml half of the tests: natively, or as bytecode by `BACTRIAN_MODE`.

fn main() {
    bactrian_build::Dune::new("ocaml").library("driven_tests").build();
}
