//! OCaml called from Rust: registered functions, and closures.

use ocaml_interop::*;

mod ocaml_api {
    use ocaml_interop::*;

    ocaml! {
        pub fn parity_shout(text: String) -> String;
        pub fn parity_join(separator: String, words: OCamlList<String>,) -> String;
        pub fn parity_clamp(low: OCamlInt, high: OCamlInt, value: OCamlInt) -> OCamlInt;
        pub fn parity_sum4(a: OCamlInt, b: OCamlInt, c: OCamlInt, d: OCamlInt) -> OCamlInt;
        pub fn parity_note(text: String);
        pub fn parity_tick(unit: ()) -> OCamlInt;
        pub fn parity_divide(a: OCamlInt, b: OCamlInt) -> Result<OCamlInt, String>;
    }
}

#[ocaml_interop::export]
fn parity_call_all(cr: &mut OCamlRuntime, words: BoxRoot<OCamlList<String>>) -> OCaml<String> {
    let separator: BoxRoot<String> = ", ".to_boxroot(cr);
    let joined = ocaml_api::parity_join(cr, &separator, &words);
    let shouted: BoxRoot<String> = ocaml_api::parity_shout(cr, &joined);
    ocaml_api::parity_note(cr, &shouted);
    let low = OCaml::of_i32(0);
    let high: OCaml<OCamlInt> = OCaml::of_i64(10).unwrap();
    // SAFETY: 42 is within 63 bits.
    let value = unsafe { OCaml::of_i64_unchecked(42) };
    let clamped: i64 = ocaml_api::parity_clamp(cr, &low, &high, &value).to_rust(cr);
    let sum: i64 = ocaml_api::parity_sum4(cr, &low, &high, &low, &high).to_rust(cr);
    let tick = ocaml_api::parity_tick(cr, &OCaml::unit());
    let tick: i64 = cr.get(&tick).to_rust();
    format!("{} {clamped} {sum} {tick}", shouted.to_rust::<String>(cr)).to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_divide_both(cr: &mut OCamlRuntime, by: OCaml<OCamlInt>) -> OCaml<String> {
    let by = by.root();
    let hundred = OCaml::of_i32(100);
    let result = ocaml_api::parity_divide(cr, &hundred, &by);
    let result: Result<i64, String> = result.to_rust(cr);
    match result {
        Ok(quotient) => quotient.to_string().to_ocaml(cr),
        Err(message) => message.to_ocaml(cr),
    }
}

#[ocaml_interop::export]
fn parity_apply(
    cr: &mut OCamlRuntime,
    function: BoxRoot<fn(String, OCamlInt) -> String>,
    text: BoxRoot<String>,
) -> OCaml<Result<String, String>> {
    let called: Result<String, String> = function
        .try_call(cr, &text, &3i64)
        .map(|value| value.to_rust())
        .map_err(|exception| exception.message().unwrap_or("no message".to_string()));
    called.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_caught(
    cr: &mut OCamlRuntime,
    function: BoxRoot<fn(OCamlInt) -> OCamlInt>,
) -> OCaml<Result<OCamlInt, OCamlException>> {
    match function.try_call(cr, &1i64) {
        Ok(value) => {
            let value = value.root();
            alloc_ok(cr, &value)
        }
        Err(exception) => {
            let exception = exception.root();
            alloc_error(cr, &exception)
        }
    }
}
