//! OCaml without its threads library, and without Bactrian's OCaml half: the main thread alone uses it.

use bactrian::{OCamlInt, OCamlRuntime, OCamlStartupError, ToOCaml, ocaml};

ocaml! {
    fn twice(n: OCamlInt) -> OCamlInt;
}

fn main() -> Result<(), OCamlStartupError> {
    let _guard = OCamlRuntime::init()?;
    let double = OCamlRuntime::with_domain_lock(|rt| {
        let n = 21i64.to_boxroot(rt);
        twice(rt, &n).to_rust::<i64>(rt)
    });
    println!("{double}");
    let other = std::thread::spawn(|| OCamlRuntime::with_domain_lock(|_| ())).join();
    let message = other.expect_err("another thread needs the threads library");
    println!("{}", message.downcast_ref::<String>().expect("a message"));
    Ok(())
}
