//! The attribute, derive and import macros of Bactrian.
//!
//! Users get them from the crate `bactrian`, where they are documented with what they expand to.

use proc_macro::TokenStream;

/// Makes a Rust function callable from OCaml, under its own name.
///
/// ```ignore
/// #[bactrian::export]
/// fn greet(name: &str, n: i64) -> String {
///     format!("{name}! ").repeat(n as usize)
/// }
/// ```
/// ```ocaml
/// external greet : string -> int -> string = "greet"
/// ```
///
/// Options: `name = "symbol"`, `bytecode = "symbol"` (default `<name>_byte`; needed over five arguments and with
/// unboxed ones), `returns = "OCamlType"`, `unboxed`, `noalloc`, `raise` (an `Err` is raised), `lwt` (an `async fn`
/// that returns an `Lwt.t`). A parameter takes `#[ocaml(as_ = "OCamlType")]`, `#[ocaml(unboxed)]` or
/// `#[ocaml(untagged)]`.
///
/// The first parameter may be `&mut OCamlRuntime`, `&OCamlRuntime` or `&Region`. A panic is the exception
/// `Bactrian.Rust_panic`; an argument that does not convert is `Invalid_argument`.
#[proc_macro_attribute]
pub fn export(attribute: TokenStream, item: TokenStream) -> TokenStream {
    bactrian_macros_backend::export(attribute.into(), item.into()).into()
}

/// Declares OCaml functions that OCaml registered with `Callback.register`, as Rust functions.
///
/// ```ignore
/// bactrian::ocaml! {
///     fn twice(n: OCamlInt) -> OCamlInt;
///     fn parse(text: String) -> Result<OCamlInt, OCamlException> = "Parser.parse";
/// }
/// ```
///
/// Each takes `&mut OCamlRuntime` and references to roots, and returns a `BoxRoot`. An exception is the `Err`
/// where the result is declared as `Result<T, OCamlException>`; otherwise it unwinds as a panic that the nearest exported function
/// raises again as the same exception.
#[proc_macro]
pub fn ocaml(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::ocaml(input.into()).into()
}

/// Converts a struct or enum to OCaml: a record, tuple or variant of the same shape.
///
/// `#[ocaml(polymorphic_variant)]` on an enum, with `#[ocaml(tag = "name")]` on its constructors where OCaml's names differ;
/// `#[ocaml(as_ = "OCamlType")]` on a field whose OCaml type is not the default, or on the type, to give it a marker of its
/// own. A struct whose fields are all `f64` is a flat record. A struct with one unnamed field is what that field is.
#[proc_macro_derive(ToOCaml, attributes(ocaml))]
pub fn derive_to_ocaml(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_to_ocaml(input.into()).into()
}

/// Makes a struct or enum from OCaml; the counterpart of `ToOCaml`, with the same attributes.
///
/// A type that derives only this one adds `#[ocaml(from_only)]`.
#[proc_macro_derive(FromOCaml, attributes(ocaml))]
pub fn derive_from_ocaml(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_from_ocaml(input.into()).into()
}

/// Makes an error raisable: `#[ocaml(exception = "Name")]` on the struct, or on each constructor of the enum, names the
/// exception that OCaml registers with `Callback.register_exception "Name"`. The fields are its arguments.
#[proc_macro_derive(OCamlException, attributes(ocaml))]
pub fn derive_exception(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_exception(input.into()).into()
}
