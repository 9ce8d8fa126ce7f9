//! OCaml values, roots, regions, conversions, exceptions and the domain lock, for Rust.
//!
//! Users depend on the crate `bactrian`, which re-exports this one together with its macros.
//! ARCHITECTURE.md in the repository says how calls travel and what must always hold.

mod alloc;
pub mod checked;
mod compat;
mod conv;
mod custom;
mod domain;
mod domain_end;
mod exception;
#[doc(hidden)]
pub mod ffi;
#[doc(hidden)]
pub mod import;
mod inspect;
mod inspect_tree;
mod interrupt;
mod lock;
mod named;
mod panic;
mod pending;
mod region;
mod roots;
mod runtime;
pub mod schema;
#[doc(hidden)]
pub mod shim;
mod startup;
mod urgent;
mod value;
#[doc(hidden)]
pub mod variant;

pub use compat::{OCamlFn1, OCamlFn2, OCamlFn3, OCamlFn4, OCamlFn5, alloc_error, alloc_ok, cons};
pub use conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml};
pub use custom::{
    BorrowError, ClosureArguments, ClosureResult, Custom, DynBox, DynRef, DynRefMut, Marshal,
    Operations, Owned, Raise, Returned, RustFn, register,
};
pub use domain::{DomainEnded, OCamlDomain};
pub use exception::{IntoOCamlException, OCamlException, OCamlExn};
pub use ffi::mlvalues::RawOCaml;
pub use inspect::Inspection;
pub use lock::OCamlLockError;
pub use region::{Component, Region, RootTuple};
pub use roots::BoxRoot;
pub use runtime::{OCamlRuntime, RootCounts};
pub use schema::DescribeOCaml;
pub use startup::{OCamlRuntimeStartupGuard, OCamlStartupError};
pub use value::*;

/// What the crate `bactrian-c` is built on. Not for use by hand: it may change at any time.
#[doc(hidden)]
pub mod c {
    pub use crate::roots::{CHUNK, CMark, CThread, FREED, Forget, is_root};

    /// Whether this thread was a domain's own, and that domain has ended: OCaml lets it in no more.
    pub fn domain_ended() -> bool {
        crate::roots::domain_ended()
    }

    /// Makes this thread known to OCaml, if it is not yet.
    pub fn register_thread() -> Result<(), crate::OCamlLockError> {
        crate::lock::try_register_thread()
    }
}

/// What macros expand to. Not for use by hand: it may change at any time.
#[doc(hidden)]
pub mod __private {
    pub use crate::alloc::{Fields, Kept, block};
    pub use crate::custom::derived as custom;
    pub use crate::domain_end::at_domain_end;
    pub use crate::exception::any_root;
    pub use crate::ffi::mlvalues::{double_val, hash_variant, is_block, val_int};
    pub use crate::import;
    pub use crate::named::NamedValue;
    pub use crate::panic::location as panic_location;
    #[cfg(feature = "statistics")]
    pub use crate::roots::roots_made;
    pub use crate::schema;
    pub use crate::shim;
    pub use crate::startup::run_test;
    pub use crate::urgent::{keep_turn, releasing_runtime_urgently};
    pub use crate::variant;

    /// What the macros for users of ocaml-interop expand to.
    pub mod compat {
        pub use crate::compat::{FlatFloats, IsFloat, hash_of_last_segment, unexpected_tag};
    }
}
