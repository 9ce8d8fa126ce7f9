//! Regions of OCaml roots and the indirect API, for C and C++.
//!
//! This is the library under `include/bactrian/{rcaml.h,icaml.h,rcaml.hpp}`. The headers do the frequent work in line;
//! here are the slow paths, released sections, and the checks of checked mode. A Rust library that should serve C stubs too
//! depends on this crate and says `use bactrian_c as _;`.
//!
//! `state.rs` has the rules; ARCHITECTURE.md has its table.

mod alloc;
mod checked;
mod frame;
mod section;
mod state;
mod thread;
