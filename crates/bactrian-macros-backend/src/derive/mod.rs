//! `#[derive(Custom, ToOCaml, FromOCaml, OCamlException, OCamlView)]`.

mod custom;
mod exception;
mod from_ocaml;
mod model;
mod to_ocaml;
mod view;

pub use exception::registered as registered_exception;
pub use model::{Constructor, Field, Model, Shape, ocaml_attributes};

use proc_macro2::TokenStream;
use syn::{DeriveInput, Error};

/// Expands `#[derive(Custom)]`.
pub fn derive_custom(input: TokenStream) -> TokenStream {
    run(input, custom::expand)
}

/// Expands `#[derive(ToOCaml)]`.
pub fn derive_to_ocaml(input: TokenStream) -> TokenStream {
    run(input, to_ocaml::expand)
}

/// Expands `#[derive(FromOCaml)]`.
pub fn derive_from_ocaml(input: TokenStream) -> TokenStream {
    run(input, from_ocaml::expand)
}

/// Expands `#[derive(OCamlException)]`.
pub fn derive_exception(input: TokenStream) -> TokenStream {
    run(input, exception::expand)
}

/// Expands `#[derive(DescribeOCaml)]`.
pub fn derive_describe(input: TokenStream) -> TokenStream {
    run(input, crate::schema::marker)
}

/// Expands `#[derive(OCamlView)]`.
pub fn derive_view(input: TokenStream) -> TokenStream {
    run(input, view::expand)
}

fn run(input: TokenStream, expand: fn(&DeriveInput) -> Result<TokenStream, Error>) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| expand(&input))
        .unwrap_or_else(Error::into_compile_error)
}
