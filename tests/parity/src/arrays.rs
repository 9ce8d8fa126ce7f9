//! Arrays, bytes and boxes.

use ocaml_interop::*;

#[ocaml_interop::export]
fn parity_double_all(
    cr: &mut OCamlRuntime,
    numbers: OCaml<OCamlUniformArray<OCamlInt>>,
) -> OCaml<OCamlUniformArray<OCamlInt>> {
    let numbers: Vec<i64> = numbers.to_rust();
    numbers.iter().map(|n| n * 2).collect::<Vec<i64>>().to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_scale(
    cr: &mut OCamlRuntime,
    values: OCaml<OCamlFloatArray>,
    factor: OCaml<OCamlFloat>,
) -> OCaml<OCamlFloatArray> {
    let factor: f64 = factor.to_rust();
    let values: Vec<f64> = values.to_rust();
    values.into_iter().map(|value| value * factor).collect::<Vec<f64>>().to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_reverse_bytes(cr: &mut OCamlRuntime, bytes: OCaml<OCamlBytes>) -> OCaml<OCamlBytes> {
    let mut bytes: Box<[u8]> = bytes.to_rust();
    bytes.reverse();
    bytes.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_boxed_numbers(
    cr: &mut OCamlRuntime,
    small: OCaml<OCamlInt32>,
    large: OCaml<OCamlInt64>,
) -> OCaml<(OCamlInt32, OCamlInt64)> {
    let small: i32 = small.to_rust();
    let large: Box<i64> = large.to_rust();
    (small + 1, Box::new(*large + 1)).to_ocaml(cr)
}
