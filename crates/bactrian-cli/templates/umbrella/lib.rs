//! The one Rust library of the programs of @project@: a crate of which nothing is used is not linked, and this is enough.

use @project@ as _;
