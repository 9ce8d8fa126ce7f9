//! Every Rust function that the OCaml test programs call, by topic.

mod calls;
mod conversions;
mod exceptions;
mod memory;
mod roots;
mod tasks;
mod threads;
