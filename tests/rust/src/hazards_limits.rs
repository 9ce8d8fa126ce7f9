//! Values that are too large for the OCaml heap. Memory that is zero takes none of the machine's until it is written, so
//! Rust's own copies cost nothing but addresses.

use crate::hazards::GUARDS;
use bactrian::*;

#[export]
fn h_large_string(bytes: usize) -> Vec<u8> {
    let _guard = GUARDS.one();
    vec![0; bytes]
}

#[export(returns = "OCamlBytes")]
fn h_large_bytes(bytes: usize) -> Vec<u8> {
    let _guard = GUARDS.one();
    vec![0; bytes]
}

#[export(returns = "OCamlArray<OCamlInt>")]
fn h_large_array(bytes: usize) -> Vec<i64> {
    let _guard = GUARDS.one();
    vec![0; bytes / 8]
}

#[export(returns = "OCamlFloatArray")]
fn h_large_float_array(bytes: usize) -> Vec<f64> {
    let _guard = GUARDS.one();
    vec![0.0; bytes / 8]
}

#[export]
fn h_large_in_region<'r>(r: &Region<'r>, bytes: usize) -> OCamlRef<'r, String> {
    let _guard = GUARDS.one();
    r.string(vec![0; bytes])
}

#[export]
fn h_large_field(bytes: usize) -> (i64, Option<Vec<u8>>) {
    let _guard = GUARDS.one();
    (1, Some(vec![0; bytes]))
}

/// As the argument of an OCaml function.
#[export]
fn h_large_argument(rt: &mut OCamlRuntime, f: OCamlFn<(Vec<u8>,), i64>, bytes: usize) -> i64 {
    let _guard = GUARDS.one();
    f.call(rt, (vec![0; bytes],)).expect("the function raises nothing")
}

/// As text that is borrowed, and owned: its length, and whether both are the same.
#[export]
fn h_long_text(rt: &OCamlRuntime, text: OCamlRef<'_, String>) -> (usize, bool) {
    let borrowed = rt.get(text);
    let owned: String = text.to_rust(rt);
    (borrowed.as_bytes().len(), borrowed.as_str().is_ok_and(|text| text == owned))
}
