//! One of everything that bindings can say. `tests/bindings/expected` holds what they look like, and
//! `tests/bindings/use_engine.ml` calls them.

mod domain;
mod functions;
mod imports;
mod owned;
mod types;
