//! Conversions written by hand, for a type of the program's own.

use ocaml_interop::*;

/// Celsius on this side, a `float` of Kelvin on the other.
struct Celsius(f64);

/// The marker of the OCaml type `Kelvin.t = float`.
enum Kelvin {}

// SAFETY: what is read is what `Kelvin` is in OCaml, a float.
unsafe impl FromOCaml<Kelvin> for Celsius {
    fn from_ocaml(v: OCaml<Kelvin>) -> Self {
        // SAFETY: `Kelvin` is a float in OCaml.
        let v: OCaml<OCamlFloat> = unsafe { std::mem::transmute(v) };
        Celsius(v.to_rust::<f64>() - 273.15)
    }
}

// SAFETY: what is made is a float, which `Kelvin` is in OCaml.
unsafe impl ToOCaml<Kelvin> for Celsius {
    fn to_ocaml<'a>(&self, cr: &'a mut OCamlRuntime) -> OCaml<'a, Kelvin> {
        let v: OCaml<OCamlFloat> = (self.0 + 273.15).to_ocaml(cr);
        // SAFETY: nothing allocates before the word is wrapped again.
        let raw = unsafe { v.raw() };
        // SAFETY: the word was made just now, as a float.
        unsafe { OCaml::new(cr, raw) }
    }
}

#[ocaml_interop::export]
fn parity_warmer(
    cr: &mut OCamlRuntime,
    temperature: OCaml<Kelvin>,
    by: OCaml<OCamlFloat>,
) -> OCaml<Kelvin> {
    let mut temperature: Celsius = temperature.to_rust();
    temperature.0 += by.to_rust::<f64>();
    temperature.to_ocaml(cr)
}

#[ocaml_interop::export]
#[allow(clippy::type_complexity)]
fn parity_nested(
    cr: &mut OCamlRuntime,
    value: OCaml<OCamlList<(Option<String>, Result<OCamlInt, ()>)>>,
) -> OCaml<OCamlList<(Option<String>, Result<OCamlInt, ()>)>> {
    let value: Vec<(Option<String>, Result<i64, ()>)> = value.to_rust();
    value.to_ocaml(cr)
}
