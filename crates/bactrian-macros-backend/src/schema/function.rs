//! Exported functions.

use super::attributes::Label;
use super::{described, described_default, entry, item, maybe};
use crate::export::{Export, Kind, Parameter};
use crate::types::{is_named, type_arguments, without_lifetimes};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Error, Type};

/// What the library says about an exported function.
pub fn function(export: &Export) -> Result<TokenStream, Error> {
    let options = &export.options.schema;
    if options.unlisted {
        return Ok(TokenStream::new());
    }
    let signature = &export.function.sig;
    let item = item(
        &signature.ident,
        &export.function.attrs,
        options.module.as_ref().or(export.owner.as_ref().and_then(|owner| owner.module.as_ref())),
        options.rename.as_ref(),
    );
    check_optional(&export.parameters)?;
    let arguments = export.parameters.iter().map(argument).collect::<Result<Vec<_>, _>>()?;
    let (result, result_passing) = result(export);
    let symbol = export.symbol();
    let bytecode = export.bytecode_symbol();
    let bytecode =
        maybe(bytecode.map(|name| syn::LitStr::new(&name, signature.ident.span())).as_ref());
    let (noalloc, raises) = (export.options.noalloc.is_some(), export.options.raise);
    let variables = type_variables(&signature.generics);
    let entry = entry(&quote! {
        Function(::bactrian::__private::schema::Function {
            item: #item,
            symbol: #symbol,
            bytecode: #bytecode,
            arguments: &[#(#arguments),*],
            result: #result,
            result_passing: #result_passing,
            noalloc: #noalloc,
            raises: #raises,
        })
    });
    Ok(quote! {
        const _: () = {
            #variables
            #entry
        };
    })
}

/// `'a`, `'b` …, by the names of the type parameters.
fn type_variables(generics: &syn::Generics) -> TokenStream {
    let names = generics.type_params().map(|parameter| &parameter.ident);
    let numbers = (0..).map(Literal::u32_unsuffixed);
    quote!(#(#[allow(dead_code)] type #names = ::bactrian::__private::schema::Variable<#numbers>;)*)
}

/// OCaml gives an optional argument its default when it sees the next one that is not.
fn check_optional(parameters: &[Parameter]) -> Result<(), Error> {
    let last = parameters.iter().rposition(|parameter| parameter.schema.is_plain());
    let unanswered = parameters.iter().enumerate().find(|(index, parameter)| {
        parameter.schema.is_optional() && last.is_none_or(|l| l < *index)
    });
    match unanswered {
        None => Ok(()),
        Some((_, parameter)) => Err(Error::new(
            parameter.span,
            "an optional argument must come before one without a label: OCaml takes it as not given when it is given that \
             one; add a parameter `_: ()` at the end",
        )),
    }
}

fn argument(parameter: &Parameter) -> Result<TokenStream, Error> {
    let (ty, passing) = match &parameter.kind {
        Kind::Owned { as_: Some(marker), .. }
        | Kind::Root(marker)
        | Kind::Value(marker)
        | Kind::Lent(marker) => word(described(marker)),
        Kind::Owned { ty, as_: None } | Kind::Borrowed { ty, .. } | Kind::Taken(ty) => default(ty),
        Kind::Unboxed(ty) => unboxed(ty),
        Kind::Str | Kind::Bytes => word(described(&syn::parse_quote!(::std::string::String))),
        Kind::Floats => word(described(&syn::parse_quote!(::bactrian::OCamlFloatArray))),
    };
    let error = |message| Error::new(parameter.span, message);
    let name = parameter.name.trim_start_matches("r#");
    let label = parameter.schema.label(name).map_err(error)?;
    if matches!(label, Label::Optional(_)) && matches!(parameter.kind, Kind::Unboxed(_)) {
        return Err(error("an optional argument is an option, which is never unboxed".to_string()));
    }
    Ok(described_argument(name, &label, &ty, &passing))
}

/// An argument of a described function.
pub fn described_argument(
    name: &str,
    label: &Label,
    ty: &TokenStream,
    passing: &TokenStream,
) -> TokenStream {
    let (label, ty) = match label {
        Label::None => (quote!(None), quote!(#ty)),
        Label::Labelled(name) => (quote!(Labelled(#name)), quote!(#ty)),
        Label::Optional(name) => (
            quote!(Optional(#name)),
            quote!({ let ty: &'static ::bactrian::__private::schema::Type = #ty; ty.contents_of_option() }),
        ),
    };
    quote! {
        ::bactrian::__private::schema::Argument {
            name: #name,
            label: ::bactrian::__private::schema::Label::#label,
            ty: #ty,
            passing: #passing,
        }
    }
}

/// The type of the result, and how it crosses.
fn result(export: &Export) -> (TokenStream, TokenStream) {
    let ty = without_lifetimes(export.value_type());
    let (result, passing) = if is_named(&ty, "OCaml") || is_named(&ty, "OCamlRef") {
        match type_arguments(&ty).first() {
            Some(marker) => word(described(marker)),
            None => default(&ty),
        }
    } else if export.unboxed_result() {
        unboxed(&ty)
    } else if let Some(marker) = &export.options.returns {
        word(described(marker))
    } else {
        default(&ty)
    };
    let result = match export.promise() {
        None => result,
        Some(name) => quote! {
            &::bactrian::__private::schema::Type::Named { name: #name, arguments: &[#result] }
        },
    };
    (result, passing)
}

pub fn word(ty: TokenStream) -> (TokenStream, TokenStream) {
    (ty, quote!(::bactrian::__private::schema::Passing::Word))
}

fn default(ty: &Type) -> (TokenStream, TokenStream) {
    word(described_default(ty))
}

fn unboxed(ty: &Type) -> (TokenStream, TokenStream) {
    let unboxed = quote!(<#ty as ::bactrian::__private::shim::Unboxed>);
    (quote!(#unboxed::TYPE), quote!(#unboxed::PASSING))
}
