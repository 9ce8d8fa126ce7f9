//! `#[export] impl Type { … }`: each `pub fn` as a function of its own.

use super::Owner;
use super::options::Options;
use crate::types::last_segment;
use bactrian_schema::names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, Error, Ident, ImplItem, ImplItemFn, ItemFn, ItemImpl, LitStr, Meta, QSelf, Token,
    Type, Visibility,
};

/// Expands `#[export(attribute)] impl`.
pub fn export(attribute: TokenStream, mut methods: ItemImpl) -> TokenStream {
    let shims = shims(attribute, &methods).unwrap_or_else(Error::into_compile_error);
    for item in &mut methods.items {
        if let ImplItem::Fn(method) = item {
            method.attrs.retain(|attribute| !is_export(attribute));
            super::strip(&mut method.sig);
        }
    }
    quote!(#methods #shims)
}

/// The shims of the methods that are exported; all errors at once.
fn shims(attribute: TokenStream, methods: &ItemImpl) -> Result<TokenStream, Error> {
    if let Some((_, path, _)) = &methods.trait_ {
        return Err(Error::new(
            path.span(),
            "OCaml calls methods of the type itself: export an `impl Type`, and call the trait's methods from there",
        ));
    }
    if let Some(parameter) = methods.generics.params.first() {
        return Err(Error::new(
            parameter.span(),
            "OCaml calls the methods of one type: export an `impl` without parameters, of each type that it is wanted for",
        ));
    }
    let owner = &*methods.self_ty;
    let Some(segment) = last_segment(owner) else {
        return Err(Error::new(owner.span(), "export an `impl` of a struct or enum"));
    };
    let group = syn::parse2::<GroupOptions>(attribute)?;
    let prefix = group.prefix.unwrap_or_else(|| format!("{}_", snake_case(&segment.ident)));
    let module = group.module.or_else(|| {
        let name = segment.ident.unraw().to_string();
        names::is_uppercase(&name).then(|| LitStr::new(&name, segment.ident.span()))
    });
    let owner = Owner { ty: owner.clone(), prefix, module };
    let mut tokens = TokenStream::new();
    let mut failure: Option<Error> = None;
    let mut any = false;
    for item in &methods.items {
        let ImplItem::Fn(method) = item else { continue };
        match shim(&owner, method) {
            Ok(Some(shim)) => {
                any = true;
                tokens.extend(shim);
            }
            Ok(None) => {}
            Err(error) => {
                any = true;
                match &mut failure {
                    Some(failure) => failure.combine(error),
                    None => failure = Some(error),
                }
            }
        }
    }
    if !any {
        return Err(Error::new(
            methods.impl_token.span(),
            "nothing to export here: each `pub fn` is, unless it is marked with `#[export(skip)]`",
        ));
    }
    if let Some(error) = failure {
        tokens.extend(error.into_compile_error());
    }
    Ok(tokens)
}

/// The shim of a method, unless it is not exported.
fn shim(owner: &Owner, method: &ImplItemFn) -> Result<Option<TokenStream>, Error> {
    let mut exports = method.attrs.iter().filter(|attribute| is_export(attribute));
    let options = match (exports.next(), exports.next()) {
        (None, _) if matches!(method.vis, Visibility::Public(_)) => Options::default(),
        (None, _) => return Ok(None),
        (Some(_), Some(second)) => {
            return Err(Error::new(second.span(), "write the options in one `#[export(…)]`"));
        }
        (Some(attribute), None) => match &attribute.meta {
            Meta::Path(_) => Options::default(),
            Meta::List(list) if list.tokens.to_string() == "skip" => return Ok(None),
            Meta::List(list) => list.parse_args()?,
            Meta::NameValue(value) => {
                return Err(Error::new(value.span(), "write `#[export(…)]`"));
            }
        },
    };
    let mut function = ItemFn {
        attrs: method.attrs.iter().filter(|attr| attr.path().is_ident("doc")).cloned().collect(),
        vis: method.vis.clone(),
        sig: method.sig.clone(),
        block: syn::parse_quote!({}),
    };
    NameSelf(&owner.ty).visit_signature_mut(&mut function.sig);
    let shim = super::shim(options, &mut function, Some(owner.clone()))?;
    let conditions = method.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    Ok(Some(quote!(#(#conditions)* #shim)))
}

/// `export`, or with a path before it.
fn is_export(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "export")
}

/// Writes the type for `Self`, which has no meaning outside of the `impl`.
struct NameSelf<'a>(&'a Type);

impl VisitMut for NameSelf<'_> {
    fn visit_receiver_mut(&mut self, _: &mut syn::Receiver) {}

    fn visit_type_mut(&mut self, ty: &mut Type) {
        syn::visit_mut::visit_type_mut(self, ty);
        let Type::Path(path) = ty else { return };
        let Some(first) = path.path.segments.first() else { return };
        if path.qself.is_some() || first.ident != "Self" {
            return;
        }
        if path.path.segments.len() == 1 {
            *ty = self.0.clone();
            return;
        }
        // `Self::Item`
        let rest: TokenStream =
            path.path.segments.iter().skip(1).map(|segment| quote!(::#segment)).collect();
        if let Ok(rest) = syn::parse2(rest) {
            path.qself = Some(QSelf {
                lt_token: Token![<](first.span()),
                ty: Box::new(self.0.clone()),
                position: 0,
                as_token: None,
                gt_token: Token![>](first.span()),
            });
            path.path = rest;
        }
    }
}

/// What the parentheses of `#[export(…)]` over an `impl` hold.
#[derive(Default)]
struct GroupOptions {
    prefix: Option<String>,
    module: Option<LitStr>,
}

impl Parse for GroupOptions {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let mut options = GroupOptions::default();
        while !input.is_empty() {
            let word = Ident::parse_any(input)?;
            if word != "prefix" && word != "module" {
                return Err(Error::new(
                    word.span(),
                    format!(
                        "an exported `impl` takes `prefix = \"…\"`, what the symbols of its functions begin with, and `module = \"…\"`, the \
                         OCaml module that they are in; `{word}` goes over the method that it is for"
                    ),
                ));
            }
            input.parse::<Token![=]>()?;
            let value = input.parse::<LitStr>()?;
            if word == "module" {
                options.module = Some(crate::schema::module(value)?);
            } else {
                options.prefix = Some(value.value());
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// `HttpClient` and `HTTPClient` are `http_client`.
fn snake_case(name: &Ident) -> String {
    let name: Vec<char> = name.unraw().to_string().chars().collect();
    let mut snake = String::new();
    for (index, &letter) in name.iter().enumerate() {
        if letter.is_uppercase() {
            let after_small =
                index > 0 && !name[index - 1].is_uppercase() && name[index - 1] != '_';
            let before_small = index > 0
                && name[index - 1].is_uppercase()
                && name.get(index + 1).is_some_and(|next| next.is_lowercase());
            if after_small || before_small {
                snake.push('_');
            }
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    #[test]
    fn names() {
        let snake = |name| snake_case(&Ident::new(name, Span::call_site()));
        assert_eq!(snake("Counter"), "counter");
        assert_eq!(snake("HttpClient"), "http_client");
        assert_eq!(snake("HTTPClient"), "http_client");
        assert_eq!(snake("Point3D"), "point3_d");
        assert_eq!(snake("Old_Name"), "old_name");
    }
}
