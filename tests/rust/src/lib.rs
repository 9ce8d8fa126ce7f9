//! Every Rust function that the OCaml test programs call, by topic.

mod calls;
mod conversions;
mod exceptions;
mod roots;
mod tasks;
