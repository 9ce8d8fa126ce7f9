//! Imported functions.

use super::attributes::ItemOptions;
use super::function::{described_argument, word};
use super::{described, entry, item};
use crate::import::Import;
use crate::types::without_lifetimes;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Error;
use syn::ext::IdentExt;

/// What the library says about an imported function.
pub fn import(import: &Import) -> Result<TokenStream, Error> {
    if ItemOptions::parse(&import.attributes)?.unlisted {
        return Ok(TokenStream::new());
    }
    let item = item(&import.name, &import.attributes, None, None);
    let registered = import.registered.value();
    let registered = registered.to_string_lossy();
    let constant = import.constant;
    let arguments = import.arguments.iter().map(|argument| {
        let name = argument.name.unraw().to_string();
        let error = |message| Error::new(argument.name.span(), message);
        let label = argument.schema.label(&name).map_err(error)?;
        let (ty, passing) = word(described(&without_lifetimes(&argument.ty)));
        Ok(described_argument(&name, &label, &ty, &passing))
    });
    let arguments = arguments.collect::<Result<Vec<_>, Error>>()?;
    let result = described(&without_lifetimes(import.value_type()));
    Ok(entry(&quote! {
        Import(::bactrian::__private::schema::Import {
            item: #item,
            registered: #registered,
            constant: #constant,
            arguments: &[#(#arguments),*],
            result: #result,
        })
    }))
}
