//! `ocaml!`: functions that OCaml registered, as Rust functions.

use crate::types::{is_named, type_arguments};
use proc_macro2::TokenStream;
use quote::quote;
use std::ffi::CString;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitCStr, LitStr, Token, Type, Visibility};

/// Expands `ocaml! { … }`.
pub fn ocaml(input: TokenStream) -> TokenStream {
    match syn::parse2::<Imports>(input) {
        Ok(imports) => imports.0.iter().map(Import::expand).collect(),
        Err(error) => error.into_compile_error(),
    }
}

struct Imports(Vec<Import>);

/// `pub fn name(argument: Type, …) -> Type = "Name";`
struct Import {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    arguments: Vec<(Ident, Type)>,
    result: Type,
    registered: LitCStr,
}

impl Parse for Imports {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let mut imports = Vec::new();
        while !input.is_empty() {
            imports.push(input.parse()?);
        }
        Ok(Imports(imports))
    }
}

impl Parse for Import {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![fn]>()?;
        let name: Ident = input.parse()?;
        let content;
        syn::parenthesized!(content in input);
        let arguments = Punctuated::<Argument, Token![,]>::parse_terminated(&content)?
            .into_iter()
            .map(|argument| (argument.name, argument.ty))
            .collect();
        let result = if input.parse::<Option<Token![->]>>()?.is_some() {
            input.parse()?
        } else {
            syn::parse_quote!(())
        };
        let registered = match input.parse::<Option<Token![=]>>()? {
            Some(_) => input.parse::<LitStr>()?,
            None => LitStr::new(&name.to_string(), name.span()),
        };
        input.parse::<Token![;]>()?;
        let text = CString::new(registered.value())
            .map_err(|_| Error::new(registered.span(), "a registered name has no zero byte"))?;
        let registered = LitCStr::new(&text, registered.span());
        Ok(Import { attributes, visibility, name, arguments, result, registered })
    }
}

struct Argument {
    name: Ident,
    ty: Type,
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Argument { name, ty: input.parse()? })
    }
}

impl Import {
    /// The `T` of `Result<T, OCamlException>`, which asks for exceptions as values.
    fn checked_result(&self) -> Option<&Type> {
        match type_arguments(&self.result).as_slice() {
            [value, error]
                if is_named(&self.result, "Result") && is_named(error, "OCamlException") =>
            {
                Some(value)
            }
            _ => None,
        }
    }

    fn expand(&self) -> TokenStream {
        let Import { attributes, visibility, name, arguments, result, registered } = self;
        let names: Vec<_> = arguments.iter().map(|(name, _)| name).collect();
        let types = arguments.iter().map(|(_, ty)| ty);
        let words = if names.is_empty() {
            quote!([::bactrian::__private::val_int(0)])
        } else {
            quote!([#(::bactrian::OCamlCell::get_raw(#names)),*])
        };
        let (returned, call) = match self.checked_result() {
            Some(value) => (
                quote!(::core::result::Result<::bactrian::BoxRoot<#value>, ::bactrian::OCamlException>),
                quote! {
                    ::bactrian::__private::import::call::<#value, _>(__bactrian_rt, &__BACTRIAN_FUNCTION, #words)
                        .map(::bactrian::BoxRoot::new)
                },
            ),
            None => (
                quote!(::bactrian::BoxRoot<#result>),
                quote! {
                    ::bactrian::BoxRoot::new(
                        ::bactrian::__private::import::call_or_unwind::<#result, _>(__bactrian_rt, &__BACTRIAN_FUNCTION, #words)
                    )
                },
            ),
        };
        quote! {
            #(#attributes)*
            #[allow(clippy::too_many_arguments)]
            #visibility fn #name(
                __bactrian_rt: &mut ::bactrian::OCamlRuntime,
                #(#names: ::bactrian::OCamlRef<'_, #types>),*
            ) -> #returned {
                static __BACTRIAN_FUNCTION: ::bactrian::__private::NamedValue =
                    ::bactrian::__private::NamedValue::new(#registered);
                ::bactrian::__private::import::before(__bactrian_rt);
                // SAFETY: whoever wrote the declaration vouches for the types, as with `external` in OCaml. The
                // words are read from roots, just before the call.
                unsafe { #call }
            }
        }
    }
}
