//! Every Rust function that the OCaml test programs call, by topic.

mod calls;
mod closures;
mod conversions;
mod counted;
mod domains;
mod exceptions;
mod hazards;
mod hazards_limits;
mod hazards_lints;
mod memory;
#[cfg(feature = "checked")]
mod misuse;
mod names;
mod owned;
mod regions;
mod roots;
mod smuggling;
mod startup;
mod stays;
mod stress;
mod tasks;
mod tasks_channels;
mod tasks_edges;
mod tasks_futures;
mod tasks_points;
mod tasks_streams;
mod tasks_streams_lwt;
mod tasks_threads;
mod threads;
mod types_bigarrays;
mod types_collections;
mod types_derived;
mod types_many;
mod types_random;
mod types_text;

// The C API, for the stubs of `tests/ocaml/{capi,checked}`.
use bactrian_c as _;
