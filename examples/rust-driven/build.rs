//! Builds the two OCaml libraries and links them into the program, its tests and its examples.

fn main() {
    bactrian_build::Dune::new("ocaml").libraries(["calc", "report"]).build();
}
