//! The C interface of OCaml's runtime, one file a header. Nothing outside this module declares an
//! `extern`.

pub mod address_class;
pub mod alloc;
pub mod bigarray;
pub mod callback;
pub mod custom;
pub mod domain;
pub mod domain_state;
pub mod fail;
pub mod mlvalues;
pub mod optional;
pub mod roots;
pub mod section;
pub mod signals;
pub mod startup;
