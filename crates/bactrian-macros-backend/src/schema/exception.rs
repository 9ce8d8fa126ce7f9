//! Derived exceptions.

use super::attributes::ItemOptions;
use super::definition::{Variables, payload};
use super::{entry, item, maybe};
use crate::derive::{Constructor, Field, Model, Shape, registered_exception};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Fields};

/// What the library says about the exceptions that an error is raised as.
pub fn exceptions(input: &DeriveInput, model: &Model) -> Result<TokenStream, Error> {
    let type_options = ItemOptions::parse(&input.attrs)?;
    let Some(variables) = Variables::of(input).filter(|_| !type_options.unlisted) else {
        return Ok(TokenStream::new());
    };
    let one =
        |ident: &Ident, attributes: &[Attribute], named, fields: &[Field], written: &Fields| {
            let options = ItemOptions::parse(attributes)?;
            if options.unlisted {
                return Ok(TokenStream::new());
            }
            let registered = registered_exception(attributes, ident)?.value();
            let registered = registered.to_string_lossy();
            let module = options.module.as_ref().or(type_options.module.as_ref());
            let item = item(ident, attributes, module, options.rename.as_ref());
            let ocaml = maybe(options.ocaml.as_ref());
            let payload = payload(named, fields, written, &variables)?;
            Ok(entry(&quote! {
                Exception(::bactrian::__private::schema::ExceptionDefinition {
                    item: #item,
                    registered: #registered,
                    ocaml: #ocaml,
                    payload: #payload,
                })
            }))
        };
    match (&model.shape, &input.data) {
        (Shape::Variant { constructors, .. }, Data::Enum(data)) => constructors
            .iter()
            .zip(&data.variants)
            .map(|(constructor, variant)| {
                let Constructor { ident, named, fields, .. } = constructor;
                one(ident, &variant.attrs, *named, fields, &variant.fields)
            })
            .collect(),
        (shape, Data::Struct(data)) => {
            let (named, fields) = match shape {
                Shape::Record(fields) => (true, fields.as_slice()),
                Shape::Tuple(fields) => (false, fields.as_slice()),
                Shape::Newtype { field, .. } => (false, std::slice::from_ref(field)),
                _ => (false, [].as_slice()),
            };
            one(&input.ident, &input.attrs, named, fields, &data.fields)
        }
        _ => Ok(TokenStream::new()),
    }
}
