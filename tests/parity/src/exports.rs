//! What `export` takes: handles, bytecode names, numbers as they are, panics.

use ocaml_interop::*;

#[ocaml_interop::export]
fn parity_twice(_cr: &mut OCamlRuntime, num: OCaml<OCamlInt>) -> OCaml<OCamlInt> {
    // SAFETY: the numbers of the test are small.
    unsafe { OCaml::of_i64_unchecked(num.to_i64() * 2) }
}

#[ocaml_interop::export(noalloc)]
fn parity_same(_cr: &OCamlRuntime, value: OCaml<OCamlInt>) -> OCaml<OCamlInt> {
    value
}

#[ocaml_interop::export(noalloc)]
fn parity_either(cr: &OCamlRuntime, a: OCaml<bool>, b: OCaml<bool>) -> OCaml<bool> {
    let _ = cr;
    OCaml::of_bool(a.to_bool() || b.to_bool())
}

#[ocaml_interop::export(bytecode = "parity_sum7_bytecode")]
#[allow(clippy::too_many_arguments)]
fn parity_sum7(
    cr: &mut OCamlRuntime,
    a: OCaml<OCamlInt>,
    b: OCaml<OCamlInt>,
    c: OCaml<OCamlInt>,
    d: OCaml<OCamlInt>,
    e: OCaml<OCamlInt>,
    f: OCaml<OCamlInt>,
    g: OCaml<OCamlInt>,
) -> OCaml<OCamlInt> {
    let sum: i64 = [a, b, c, d, e, f, g].iter().map(|n| n.to_i64()).sum();
    sum.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_panic(cr: &mut OCamlRuntime, message: OCaml<String>) {
    let message: String = message.to_rust();
    let _ = cr;
    if !message.is_empty() {
        panic!("{message}");
    }
}

/// The one word to add: numbers as they are in registers are asked for.
#[ocaml_interop::export(unboxed)]
fn parity_power(_cr: &mut OCamlRuntime, base: f64, exponent: isize, negative: bool) -> f64 {
    let power = base.powi(exponent as i32);
    if negative { -power } else { power }
}
