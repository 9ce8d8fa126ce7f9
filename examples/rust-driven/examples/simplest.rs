//! The least that a program needs.

use bactrian::{OCamlRuntime, OCamlStartupError};

fn main() -> Result<(), OCamlStartupError> {
    let _guard = OCamlRuntime::init()?;
    OCamlRuntime::with_domain_lock(|rt| match calc::parse(rt, "2 * (3 + 4)") {
        Ok(expression) => println!("{}", calc::show(rt, &expression)),
        Err(mistake) => println!("{mistake}"),
    });
    Ok(())
}
