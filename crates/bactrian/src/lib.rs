//! OCaml 5 and Rust in one process: two humps, one camel.
//!
//! ```ignore
//! #[bactrian::export]
//! fn greet(name: &str, n: i64) -> String {
//!     format!("{name}! ").repeat(n as usize)
//! }
//! ```
//! ```ocaml
//! external greet : string -> int -> string = "greet"
//! ```
//!
//! Values, roots, regions, conversions and exceptions come from `bactrian-runtime`; futures across the border, with the
//! feature `task`, from `bactrian-task`.

pub use bactrian_macros::{
    Custom, DescribeOCaml, FromOCaml, OCamlException, OCamlView, ToOCaml, export, ocaml, ocaml_test,
};
pub use bactrian_runtime::*;

/// Futures and promises across the border.
#[cfg(feature = "task")]
pub use bactrian_task as task;

/// What macros expand to. Not for use by hand: it may change at any time.
#[doc(hidden)]
pub mod __private {
    pub use bactrian_runtime::__private::*;

    /// The entrance of asynchronous shims.
    #[cfg(feature = "task")]
    pub mod task {
        pub use bactrian_task::future::export as export_future;
        pub use bactrian_task::future::{AnyFuture, Probe, SendFuture, parallel};
        pub use bactrian_task::lwt::export as export_lwt;
        pub use bactrian_task::stream::{
            enter_lwt, enter_stream, export_lwt_stream, export_stream,
        };
    }
}
