//! `#[derive(OCamlException)]`: errors that are raised as exceptions which OCaml defines and registers.

use super::model::{Constructor, Field, Model, Shape, binding_pattern, ocaml_attributes};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::ffi::CString;
use syn::{Attribute, Data, DeriveInput, Error, Ident, LitCStr, LitStr};

pub fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let model = Model::parse(input)?;
    let name = &model.name;
    let body = match (&model.shape, &input.data) {
        (Shape::Variant { constructors, .. }, Data::Enum(data)) => {
            let arms = constructors
                .iter()
                .zip(&data.variants)
                .map(|(constructor, variant)| {
                    arm(constructor, registered(&variant.attrs, &variant.ident)?)
                })
                .collect::<Result<Vec<_>, Error>>()?;
            quote!(match self { #(#arms)* })
        }
        (Shape::Record(fields) | Shape::Tuple(fields), _) => {
            raise(&registered(&input.attrs, name)?, fields, &members(fields))
        }
        (Shape::Newtype { constructor: None, field }, _) => {
            let fields = std::slice::from_ref(field);
            raise(&registered(&input.attrs, name)?, fields, &members(fields))
        }
        _ => raise(&registered(&input.attrs, name)?, &[], &[]),
    };
    let generics = model.bounded_generics(&quote!(::bactrian::ToOCaml));
    let (impl_generics, type_generics, clause) = generics.split_for_impl();
    let schema = crate::schema::exceptions(input, &model)?;
    Ok(quote! {
        #schema

        #[automatically_derived]
        impl #impl_generics ::bactrian::IntoOCamlException for #name #type_generics #clause {
            fn into_ocaml_exception(
                self,
                runtime: &mut ::bactrian::OCamlRuntime,
            ) -> ::bactrian::OCamlException {
                #body
            }
        }
    })
}

fn members(fields: &[Field]) -> Vec<TokenStream> {
    fields
        .iter()
        .map(|field| {
            let member = &field.member;
            quote!(&self.#member)
        })
        .collect()
}

fn arm(constructor: &Constructor, registered: LitCStr) -> Result<TokenStream, Error> {
    let ident = &constructor.ident;
    let (pattern, names) = binding_pattern(constructor);
    let places: Vec<_> = names.iter().map(|name| quote!(&#name)).collect();
    let raise = raise(&registered, &constructor.fields, &places);
    Ok(quote!(Self::#ident #pattern => #raise,))
}

fn raise(registered: &LitCStr, fields: &[Field], places: &[TokenStream]) -> TokenStream {
    let names: Vec<_> = (0..fields.len()).map(|index| format_ident!("argument_{index}")).collect();
    let types = fields.iter().map(|field| &field.ty);
    let markers = fields.iter().map(Field::marker);
    quote!({
        static CONSTRUCTOR: ::bactrian::__private::NamedValue =
            ::bactrian::__private::NamedValue::new(#registered);
        #(let #names = ::bactrian::__private::any_root::<#types, #markers>(runtime, #places);)*
        ::bactrian::OCamlException::registered(runtime, &CONSTRUCTOR, [#(&#names),*])
    })
}

/// The name given by `#[ocaml(exception = "Name")]`.
pub fn registered(attributes: &[Attribute], ident: &Ident) -> Result<LitCStr, Error> {
    let mut name = None;
    for attribute in ocaml_attributes(attributes) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("exception") {
                name = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<LitStr>()?;
            }
            Ok(())
        })?;
    }
    let Some(name) = name else {
        return Err(Error::new(
            ident.span(),
            format!(
                "say which OCaml exception `{ident}` is: #[ocaml(exception = \"Name\")], where OCaml calls \
                 Callback.register_exception \"Name\""
            ),
        ));
    };
    let text = CString::new(name.value())
        .map_err(|_| Error::new(name.span(), "a registered name has no zero byte"))?;
    Ok(LitCStr::new(&text, name.span()))
}
