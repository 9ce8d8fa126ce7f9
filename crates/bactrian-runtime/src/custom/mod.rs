//! Rust values that OCaml owns, and Rust closures that OCaml calls.
//!
//! ```text
//!   OCaml heap                     Rust heap
//!   ┌────────────┐                 ┌───────────────────────────┐
//!   │ operations │  ┌─────────────►│ state │ next │ kind │ size │  DynBox, DynRef, DynRefMut
//!   │ address    ├──┘              │ value                     │◄─────────────
//!   └────────────┘                 └───────────────────────────┘
//! ```

mod block;
mod callbacks;
mod closure;
mod convert;
mod error;
mod externals;
mod handle;
mod header;
mod kind;
mod marshal;
mod operations;
mod queue;
mod report;

pub(crate) use block::describe;
pub use closure::{ClosureArguments, ClosureResult, Raise, RustFn};
pub use convert::{Owned, Returned};
pub use error::BorrowError;
pub use handle::{DynBox, DynRef, DynRefMut};
pub use marshal::register;
pub use operations::{Custom, Marshal, Operations, derived};
pub(crate) use queue::is_empty as nothing_to_drop;

/// Called when the OCaml library starts, on the first domain.
pub(crate) fn start() {
    queue::start();
    marshal::start();
}

/// Called when the runtime has been freed, which has finalised all blocks: drops their values.
pub(crate) fn end() {
    queue::drain();
}
