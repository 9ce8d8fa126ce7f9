//! `ocaml!`: functions and values that OCaml registered, as Rust functions.

use crate::schema::ParameterOptions;
use crate::types::{is_named, type_arguments};
use bactrian_schema::names;
use proc_macro2::TokenStream;
use quote::quote;
use std::ffi::CString;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitCStr, LitStr, Token, Type, Visibility};

/// Expands `ocaml! { … }`.
pub fn ocaml(input: TokenStream) -> TokenStream {
    let read = |input: ParseStream| Items::parse(input, None);
    match syn::parse::Parser::parse2(read, input).and_then(|items| items.expand()) {
        Ok(tokens) => tokens,
        Err(error) => error.into_compile_error(),
    }
}

/// Functions and modules.
struct Items(Vec<Item>);

#[allow(clippy::large_enum_variant, reason = "a few live at a time, in a macro")]
enum Item {
    Function(Import),
    Module(Module),
}

/// `pub mod name = "Module" { … }`
struct Module {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    items: Items,
}

/// `pub fn name(argument: Type, …) -> Type = "Name";` or `pub static name: Type = "Name";`
pub struct Import {
    pub attributes: Vec<Attribute>,
    visibility: Visibility,
    pub name: Ident,
    /// Whether it is a value that is not called.
    pub constant: bool,
    pub arguments: Vec<Argument>,
    result: Type,
    pub registered: LitCStr,
}

impl Items {
    /// What is in an OCaml module, if it is in one.
    fn parse(input: ParseStream, module: Option<&str>) -> Result<Self, Error> {
        let mut items = Vec::new();
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            let mut visibility = input.parse()?;
            // What is private in a module that holds nothing else would be of no use.
            if module.is_some() && matches!(visibility, Visibility::Inherited) {
                visibility = syn::parse_quote!(pub(super));
            }
            items.push(if input.peek(Token![mod]) {
                Item::Module(Module::parse(input, attributes, visibility, module)?)
            } else {
                Item::Function(Import::parse(input, attributes, visibility, module)?)
            });
        }
        Ok(Items(items))
    }

    fn expand(&self) -> Result<TokenStream, Error> {
        let expand = |item: &Item| match item {
            Item::Function(import) => import.expand(),
            Item::Module(module) => module.expand(),
        };
        self.0.iter().map(expand).collect()
    }
}

impl Module {
    fn parse(
        input: ParseStream,
        attributes: Vec<Attribute>,
        visibility: Visibility,
        outer: Option<&str>,
    ) -> Result<Self, Error> {
        input.parse::<Token![mod]>()?;
        let name: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        let path: LitStr = input.parse()?;
        if !names::is_module_path(&path.value()) {
            return Err(Error::new(
                path.span(),
                format!("{:?} is not the path of an OCaml module, such as \"Maths\"", path.value()),
            ));
        }
        let path = match outer {
            Some(outer) => format!("{outer}.{}", path.value()),
            None => path.value(),
        };
        let content;
        syn::braced!(content in input);
        let items = Items::parse(&content, Some(&path))?;
        Ok(Module { attributes, visibility, name, items })
    }

    fn expand(&self) -> Result<TokenStream, Error> {
        let Module { attributes, visibility, name, items } = self;
        let items = items.expand()?;
        Ok(quote! {
            #(#attributes)*
            #visibility mod #name {
                #[allow(unused_imports)]
                use super::*;
                #items
            }
        })
    }
}

impl Import {
    fn parse(
        input: ParseStream,
        attributes: Vec<Attribute>,
        visibility: Visibility,
        module: Option<&str>,
    ) -> Result<Self, Error> {
        let constant = input.parse::<Option<Token![static]>>()?.is_some();
        if !constant {
            input.parse::<Token![fn]>()?;
        }
        let name: Ident = input.parse()?;
        let (arguments, result) = if constant {
            input.parse::<Token![:]>()?;
            (Punctuated::new(), input.parse()?)
        } else {
            let content;
            syn::parenthesized!(content in input);
            let arguments = Punctuated::<Argument, Token![,]>::parse_terminated(&content)?;
            let result = if input.parse::<Option<Token![->]>>()?.is_some() {
                input.parse()?
            } else {
                syn::parse_quote!(())
            };
            (arguments, result)
        };
        let registered = match input.parse::<Option<Token![=]>>()? {
            Some(_) => input.parse::<LitStr>()?,
            None => LitStr::new(&name.unraw().to_string(), name.span()),
        };
        input.parse::<Token![;]>()?;
        let text = match module {
            Some(module) => format!("{module}.{}", registered.value()),
            None => registered.value(),
        };
        let text = CString::new(text)
            .map_err(|_| Error::new(registered.span(), "a registered name has no zero byte"))?;
        let registered = LitCStr::new(&text, registered.span());
        let arguments = arguments.into_iter().collect();
        Ok(Import { attributes, visibility, name, constant, arguments, result, registered })
    }
}

/// An argument of an imported function.
pub struct Argument {
    pub name: Ident,
    pub ty: Type,
    /// How it is called in OCaml.
    pub schema: ParameterOptions,
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let mut schema = ParameterOptions::default();
        for attribute in input.call(Attribute::parse_outer)? {
            if !attribute.path().is_ident("ocaml") {
                return Err(Error::new_spanned(attribute, "an argument takes only #[ocaml(…)]"));
            }
            attribute.parse_nested_meta(|meta| match schema.take(&meta)? {
                true => Ok(()),
                false => Err(meta.error("an argument takes `label` or `optional`")),
            })?;
        }
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Argument { name, ty: input.parse()?, schema })
    }
}

impl Import {
    /// The `T` of `Result<T, OCamlException>`, which asks for exceptions as values.
    fn checked_result(&self) -> Option<&Type> {
        if self.constant {
            return None;
        }
        match type_arguments(&self.result).as_slice() {
            [value, error]
                if is_named(&self.result, "Result") && is_named(error, "OCamlException") =>
            {
                Some(value)
            }
            _ => None,
        }
    }

    /// The type that OCaml returns.
    pub fn value_type(&self) -> &Type {
        self.checked_result().unwrap_or(&self.result)
    }

    fn expand(&self) -> Result<TokenStream, Error> {
        if self.constant {
            return self.expand_constant();
        }
        let Import { visibility, name, arguments, result, registered, .. } = self;
        let attributes =
            self.attributes.iter().filter(|attribute| !attribute.path().is_ident("ocaml"));
        let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
        let types = arguments.iter().map(|argument| &argument.ty);
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
        let schema = crate::schema::import(self)?;
        Ok(quote! {
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

            #schema
        })
    }

    /// A constant is read by a function, since that takes the runtime.
    fn expand_constant(&self) -> Result<TokenStream, Error> {
        let Import { visibility, name, result, registered, .. } = self;
        let attributes =
            self.attributes.iter().filter(|attribute| !attribute.path().is_ident("ocaml"));
        let schema = crate::schema::import(self)?;
        Ok(quote! {
            #(#attributes)*
            #visibility fn #name(__bactrian_rt: &mut ::bactrian::OCamlRuntime) -> ::bactrian::BoxRoot<#result> {
                static __BACTRIAN_VALUE: ::bactrian::__private::NamedValue =
                    ::bactrian::__private::NamedValue::new(#registered);
                // SAFETY: whoever wrote the declaration vouches for the type, as with `external` in OCaml.
                ::bactrian::BoxRoot::new(unsafe {
                    ::bactrian::__private::import::constant::<#result>(__bactrian_rt, &__BACTRIAN_VALUE)
                })
            }

            #schema
        })
    }
}
