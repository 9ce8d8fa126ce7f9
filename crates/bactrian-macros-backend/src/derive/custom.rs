//! `#[derive(Custom)]`: a type whose values stay in Rust, owned by OCaml.

use super::model::ocaml_attributes;
use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, DeriveInput, Error, Ident, LitStr, Path, Token};

pub fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let asked = Asked::parse(&input.attrs)?;
    if let Some(lifetime) = input.generics.lifetimes().next() {
        return Err(Error::new(
            lifetime.lifetime.span(),
            format!(
                "OCaml may keep a `{}` for ever, so it cannot borrow: hold owned values in it, such as `String` for `&str`",
                input.ident
            ),
        ));
    }
    if let (Some(marshal), Some(parameter)) = (&asked.marshal, input.generics.type_params().next())
    {
        return Err(Error::new(
            marshal.span(),
            format!(
                "a name stands for one type, and `{}` is as many as there are types `{}`: marshal a type without \
                 parameters",
                input.ident, parameter.ident
            ),
        ));
    }
    let name = &input.ident;
    let mut generics = input.generics.clone();
    let generic = generics.type_params().next().is_some();
    let parameters: Vec<Ident> =
        generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    let clause = generics.make_where_clause();
    for parameter in parameters {
        clause.predicates.push(syn::parse_quote!(#parameter: ::core::marker::Send + 'static));
    }
    if generic {
        // What the operations ask of the type cannot be seen while its parameters are open.
        for bound in asked.bounds() {
            clause.predicates.push(syn::parse_quote!(Self: #bound + ::core::marker::Sync));
        }
    }
    let (impl_generics, type_generics, clause) = generics.split_for_impl();
    let operations = asked.operations();
    let schema = crate::schema::custom(input)?;
    Ok(quote! {
        #schema


        #[automatically_derived]
        impl #impl_generics ::bactrian::Custom for #name #type_generics #clause {
            const OPERATIONS: ::bactrian::Operations<Self> = ::bactrian::Operations::new() #operations;
        }

        #[automatically_derived]
        impl #impl_generics ::bactrian::DefaultOCamlMapping for #name #type_generics #clause {
            type OCamlType = Self;
            type VecType = ::bactrian::OCamlList<Self>;
        }
    })
}

/// An operation: by the trait that it usually goes by, or by a function.
enum By {
    Trait,
    Function(Path),
}

/// `#[ocaml(…)]` on the type.
#[derive(Default)]
struct Asked {
    name: Option<LitStr>,
    compare: Option<By>,
    hash: Option<By>,
    show: Option<By>,
    marshal: Option<LitStr>,
    heap_size: Option<Path>,
}

impl Asked {
    fn parse(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut asked = Asked::default();
        for attribute in ocaml_attributes(attributes) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    asked.name = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("compare") {
                    asked.compare = Some(by(&meta)?);
                } else if meta.path.is_ident("hash") {
                    asked.hash = Some(by(&meta)?);
                } else if meta.path.is_ident("show") {
                    asked.show = Some(by(&meta)?);
                } else if meta.path.is_ident("marshal") {
                    if !meta.input.peek(Token![=]) {
                        return Err(meta.error(
                            "say which name stands for the type in what is written: `marshal = \"counter\"`",
                        ));
                    }
                    asked.marshal = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("heap_size") {
                    if !meta.input.peek(Token![=]) {
                        return Err(meta.error(
                            "say which function knows the size: `heap_size = \"Self::bytes\"`",
                        ));
                    }
                    asked.heap_size = Some(meta.value()?.parse::<LitStr>()?.parse()?);
                } else if !crate::schema::is_type_key(&meta)? {
                    return Err(meta.error(
                        "a type that derives `Custom` takes `name = \"…\"`, `compare`, `hash`, `show`, `marshal = \"…\"`, \
                         `heap_size = \"…\"`, `rename = \"name\"`, `module = \"Module\"`, `type = \"Module.name\"` or `unlisted`",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(asked)
    }

    /// The traits that the operations go by.
    fn bounds(&self) -> Vec<TokenStream> {
        let mut bounds = Vec::new();
        let mut ask = |by: &Option<By>, bound| match by {
            Some(By::Trait) => bounds.push(bound),
            Some(By::Function(_)) => bounds.push(quote!(::core::marker::Send)),
            None => {}
        };
        ask(&self.compare, quote!(::core::cmp::PartialOrd));
        ask(&self.hash, quote!(::core::hash::Hash));
        ask(&self.show, quote!(::core::fmt::Debug));
        bounds
    }

    /// `.name("…").compare(…)…`
    fn operations(&self) -> TokenStream {
        let function = |by: &By, derived| match by {
            By::Trait => derived,
            By::Function(path) => quote!(#path),
        };
        let name = self.name.iter().map(|name| quote!(.name(#name)));
        let compare = self.compare.iter().map(|by| {
            let compare = function(by, quote!(::bactrian::__private::custom::compare::<Self>));
            quote!(.compare(#compare))
        });
        let hash = self.hash.iter().map(|by| {
            let hash = function(by, quote!(::bactrian::__private::custom::hash::<Self>));
            quote!(.hash(#hash))
        });
        let show = self.show.iter().map(|by| {
            let show = function(by, quote!(::bactrian::__private::custom::show::<Self>));
            quote!(.show(#show))
        });
        let marshal = self.marshal.iter().map(|name| {
            quote!(.marshal(
                #name,
                <Self as ::bactrian::Marshal>::to_bytes,
                <Self as ::bactrian::Marshal>::from_bytes,
            ))
        });
        let heap_size = self.heap_size.iter().map(|path| quote!(.heap_size(#path)));
        quote!(#(#name)* #(#compare)* #(#hash)* #(#show)* #(#marshal)* #(#heap_size)*)
    }
}

/// What comes after an operation's name: nothing, or the path of a function.
fn by(meta: &ParseNestedMeta) -> Result<By, Error> {
    if meta.input.peek(Token![=]) {
        return Ok(By::Function(meta.value()?.parse::<LitStr>()?.parse()?));
    }
    Ok(By::Trait)
}
