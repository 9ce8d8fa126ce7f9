use bactrian::{OCamlRuntime, OCamlStartupError};

fn main() -> Result<(), OCamlStartupError> {
    let _guard = OCamlRuntime::init()?;
    let greeting = OCamlRuntime::with_domain_lock(|rt| @name@::greet(rt, "camel"));
    println!("{greeting}");
    Ok(())
}
