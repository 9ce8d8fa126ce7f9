//! Why an owned value could not be used.

use super::kind::Kind;
use crate::conv::ConversionError;
use crate::exception::{IntoOCamlException, OCamlException};
use crate::runtime::OCamlRuntime;

/// Why an owned value could not be borrowed, moved out or closed.
///
/// To OCaml it is `Invalid_argument`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BorrowError {
    type_name: &'static str,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Closed,
    Exclusive,
    Shared,
    TooMany,
}

impl BorrowError {
    pub(super) fn closed(kind: &Kind) -> Self {
        Self { type_name: (kind.name)(), reason: Reason::Closed }
    }

    pub(super) fn exclusive(kind: &Kind) -> Self {
        Self { type_name: (kind.name)(), reason: Reason::Exclusive }
    }

    pub(super) fn shared(kind: &Kind) -> Self {
        Self { type_name: (kind.name)(), reason: Reason::Shared }
    }

    pub(super) fn too_many(kind: &Kind) -> Self {
        Self { type_name: (kind.name)(), reason: Reason::TooMany }
    }

    /// Whether the value is gone for ever, as against in use by somebody else for the moment.
    pub fn is_closed(&self) -> bool {
        self.reason == Reason::Closed
    }
}

impl core::fmt::Display for BorrowError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let name = self.type_name;
        match self.reason {
            Reason::Closed => write!(f, "the Rust value `{name}` was closed"),
            Reason::Exclusive => write!(
                f,
                "the Rust value `{name}` is borrowed exclusively by another call or argument"
            ),
            Reason::Shared => {
                write!(f, "the Rust value `{name}` is borrowed by another call or argument")
            }
            Reason::TooMany => write!(f, "the Rust value `{name}` is borrowed too many times"),
        }
    }
}

impl std::error::Error for BorrowError {}

impl From<BorrowError> for ConversionError {
    fn from(error: BorrowError) -> Self {
        ConversionError::new(error.to_string())
    }
}

impl IntoOCamlException for BorrowError {
    /// `Invalid_argument`
    fn into_ocaml_exception(self, rt: &mut OCamlRuntime) -> OCamlException {
        OCamlException::invalid_argument(rt, &self.to_string())
    }
}
