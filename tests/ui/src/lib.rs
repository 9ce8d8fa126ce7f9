//! The cases are in `cases/`; `ui.rs` runs them. What must be accepted is in `accepted.rs`: it compiles with this crate,
//! as it has no OCaml to be linked with.

mod accepted;
