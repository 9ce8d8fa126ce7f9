//! The Rust half of the OCaml library @name@_rust.

use bactrian::export;

/// Says which library this is. The name of its symbol has to be one that no other crate of the program has.
#[export(name = "@name@_describe")]
fn describe() -> String {
    "@name@, in Rust".to_owned()
}
