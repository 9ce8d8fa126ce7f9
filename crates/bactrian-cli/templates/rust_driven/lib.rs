//! What @name@ has from OCaml.

use bactrian::{OCamlRuntime, ToOCaml};

mod registered {
    bactrian::ocaml! {
        pub fn greet(name: String) -> String = "@module@_ocaml.greet";
    }
}

/// Greets someone.
pub fn greet(rt: &mut OCamlRuntime, name: &str) -> String {
    let name = name.to_boxroot(rt);
    registered::greet(rt, &name).to_rust(rt)
}
