//! Functions that OCaml has.

use bactrian::*;

ocaml! {
    /// OCaml's own.
    pub mod maths = "Maths" {
        fn twice(n: OCamlInt) -> OCamlInt;
        pub fn join(#[ocaml(label)] separator: String, words: OCamlList<String>) -> String;
        pub mod deep = "Deep" {
            pub fn negate(b: bool) -> Result<bool, OCamlException>;
        }
    }
    /// Alone.
    fn half(n: OCamlInt) -> OCamlInt = "Maths.half";
}

#[export]
fn call_twice(rt: &mut OCamlRuntime, n: OCamlRef<'_, OCamlInt>) -> i64 {
    let doubled = maths::twice(rt, n);
    let halved = half(rt, &doubled);
    doubled.to_rust::<i64>(rt) + halved.to_rust::<i64>(rt)
}

#[export]
fn call_join(
    rt: &mut OCamlRuntime,
    separator: OCamlRef<'_, String>,
    words: OCamlRef<'_, OCamlList<String>>,
) -> String {
    maths::join(rt, separator, words).to_rust(rt)
}

#[export]
fn call_negate(rt: &mut OCamlRuntime, b: OCamlRef<'_, bool>) -> Result<bool, String> {
    match maths::deep::negate(rt, b) {
        Ok(negated) => Ok(negated.to_rust(rt)),
        Err(exception) => Err(exception.message(rt)),
    }
}
