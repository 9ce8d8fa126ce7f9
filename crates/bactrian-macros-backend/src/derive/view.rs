//! `#[derive(OCamlView)]`: the fields of OCaml values, without converting them.

use super::model::{Constructor, Field, Model, Shape};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{DeriveInput, Error, Ident, Member, Visibility};

pub fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let model = Model::parse(input)?;
    match &model.shape {
        Shape::Record(fields) | Shape::Tuple(fields) => Ok(accessors(&model, &input.vis, fields)),
        Shape::Variant { constructors, polymorphic } => {
            Ok(constructor_view(&model, &input.vis, constructors, *polymorphic))
        }
        Shape::Newtype { .. } | Shape::Unit => Err(Error::new(
            input.ident.span(),
            "there is nothing to view: OCamlView is for structs with several fields, and for enums",
        )),
    }
}

/// A trait with a method for each field, for values and for roots of them.
fn accessors(model: &Model, visibility: &Visibility, fields: &[Field]) -> TokenStream {
    let (name, marker) = (&model.name, &model.marker);
    let view = format_ident!("{}View", name);
    let generics = model.mapped_generics();
    let (trait_generics, type_generics, clause) = generics.split_for_impl();
    let mut blanket = generics.clone();
    blanket.params.push(syn::parse_quote!(__Word: ::bactrian::__private::variant::Word<#marker>));
    let (impl_generics, _, _) = blanket.split_for_impl();
    let mut declarations = Vec::new();
    let mut methods = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let (declaration, method) = accessor(model, field, index);
        declarations.push(declaration);
        methods.push(method);
    }
    let doc = format!("The fields of `{name}` in OCaml, by name, of values and of roots.");
    quote! {
        #[doc = #doc]
        #visibility trait #view #trait_generics #clause {
            #(#declarations)*
        }

        #[automatically_derived]
        impl #impl_generics #view #type_generics for __Word #clause {
            #(#methods)*
        }
    }
}

/// The methods of one field: as they are declared, and with their bodies.
fn accessor(model: &Model, field: &Field, index: usize) -> (TokenStream, TokenStream) {
    let (record, marker) = (&model.marker, field.marker());
    let (method, text) = match &field.member {
        Member::Named(name) => (name.clone(), name.unraw().to_string()),
        Member::Unnamed(number) => {
            (format_ident!("field_{}", number.index), number.index.to_string())
        }
    };
    let word = quote!(::bactrian::__private::variant::Word::<#record>::word(self, rt));
    let (result, value, get, set) = if model.flat {
        (
            quote!(f64),
            quote!(f64),
            quote!(::bactrian::__private::variant::float_field(#word, #index)),
            quote!(::bactrian::__private::variant::set_float_field(#word, #index, value)),
        )
    } else {
        (
            quote!(::bactrian::OCaml<'__gc, #marker>),
            quote!(::bactrian::OCaml<'_, #marker>),
            quote!(::bactrian::OCaml::<#record>::new(rt, #word).field::<#marker>(#index)),
            quote!(::bactrian::__private::variant::set_field(#word, #index, value.raw())),
        )
    };
    let doc = format!("The field `{text}`.");
    let getter = quote!(fn #method<'__gc>(&self, rt: &'__gc ::bactrian::OCamlRuntime) -> #result);
    let mut declared = quote!(#[doc = #doc] #getter;);
    let mut defined = quote! {
        #[inline(always)]
        #getter {
            // SAFETY: the word is a live record of the type that the derive stands for, which has that field.
            unsafe { #get }
        }
    };
    if field.mutable {
        let doc = format!("Writes the mutable field `{text}`. This never collects.");
        let name = format_ident!("set_{}", method.unraw());
        let setter = quote!(fn #name(&self, rt: &::bactrian::OCamlRuntime, value: #value));
        declared.extend(quote!(#[doc = #doc] #setter;));
        defined.extend(quote! {
            #[inline]
            #setter {
                // SAFETY: as for reading; the field is mutable, and the value of its type.
                unsafe { #set }
            }
        });
    }
    (declared, defined)
}

/// An enum of the same constructors, whose fields are values.
fn constructor_view(
    model: &Model,
    visibility: &Visibility,
    constructors: &[Constructor],
    polymorphic: bool,
) -> TokenStream {
    let (name, marker) = (&model.name, &model.marker);
    let view = format_ident!("{}View", name);
    let mut generics = model.mapped_generics();
    let has_fields = constructors.iter().any(|constructor| !constructor.fields.is_empty());
    if has_fields {
        generics.params.insert(0, syn::parse_quote!('__gc));
    }
    let (declared_generics, type_generics, clause) = generics.split_for_impl();
    let mut with_lifetime = generics.clone();
    if !has_fields {
        with_lifetime.params.insert(0, syn::parse_quote!('__gc));
    }
    let (impl_generics, _, _) = with_lifetime.split_for_impl();
    let copy = model.generics.params.is_empty().then(|| quote!(#[derive(Clone, Copy, Debug)]));
    let variants = constructors.iter().map(variant);
    let body = if polymorphic {
        by_hash(&name.to_string(), constructors)
    } else {
        by_number(&name.to_string(), constructors)
    };
    let doc = format!("A `{name}` of OCaml, by constructor; what it holds is not converted.");
    quote! {
        #[doc = #doc]
        #copy
        #[allow(missing_docs)]
        #visibility enum #view #declared_generics #clause {
            #(#variants),*
        }

        #[automatically_derived]
        impl #impl_generics #view #type_generics #clause {
            /// The constructor of a value, and what it holds; an error when the Rust type does not have it.
            #[inline]
            #visibility fn of(
                value: ::bactrian::OCaml<'__gc, #marker>,
            ) -> ::core::result::Result<Self, ::bactrian::ConversionError> {
                // SAFETY: the value is live, and of the type that the derive stands for.
                unsafe { #body }
            }
        }
    }
}

fn variant(constructor: &Constructor) -> TokenStream {
    let ident = &constructor.ident;
    let types = constructor.fields.iter().map(|field| {
        let marker = field.marker();
        quote!(::bactrian::OCaml<'__gc, #marker>)
    });
    if constructor.named {
        let members = constructor.fields.iter().map(|field| &field.member);
        quote!(#ident { #(#members: #types),* })
    } else if constructor.fields.is_empty() {
        quote!(#ident)
    } else {
        quote!(#ident(#(#types),*))
    }
}

/// A constructor of the view, of the fields of a block that start at some index.
fn build(constructor: &Constructor, block: &Ident, first: usize) -> TokenStream {
    let ident = &constructor.ident;
    let fields = constructor.fields.iter().enumerate().map(|(index, field)| {
        let (member, marker, index) = (&field.member, field.marker(), first + index);
        quote!(#member: #block.field::<#marker>(#index))
    });
    quote!(::core::result::Result::Ok(Self::#ident { #(#fields),* }))
}

fn by_number(label: &str, constructors: &[Constructor]) -> TokenStream {
    let arms = constructors.iter().map(|constructor| {
        let built = build(constructor, &format_ident!("value"), 0);
        if constructor.fields.is_empty() {
            let number = constructor.number as i64;
            quote!(::bactrian::__private::variant::Constructor::Constant(#number) => #built,)
        } else {
            let number = constructor.number as u8;
            quote!(::bactrian::__private::variant::Constructor::Block(#number) => #built,)
        }
    });
    quote! {
        match ::bactrian::__private::variant::constructor(value.raw()) {
            #(#arms)*
            unknown => ::core::result::Result::Err(
                ::bactrian::__private::variant::unknown_constructor(#label, unknown)
            ),
        }
    }
}

fn by_hash(label: &str, constructors: &[Constructor]) -> TokenStream {
    let arms = |constant: bool| {
        constructors.iter().filter(move |c| c.fields.is_empty() == constant).map(|constructor| {
            let tag = &constructor.tag;
            let built = if constructor.fields.len() < 2 {
                build(constructor, &format_ident!("value"), 1)
            } else {
                let built = build(constructor, &format_ident!("tuple"), 0);
                quote!({
                    let tuple = value.field::<::bactrian::OCamlAny>(1);
                    #built
                })
            };
            quote!(if hash == const { ::bactrian::__private::hash_variant(#tag) } { return #built; })
        })
    };
    let (constants, blocks) = (arms(true), arms(false));
    quote! {
        let hash = if value.is_block() {
            let hash = value.field::<::bactrian::OCamlInt>(0).raw();
            #(#blocks)*
            hash
        } else {
            let hash = value.raw();
            #(#constants)*
            hash
        };
        ::core::result::Result::Err(
            ::bactrian::__private::variant::unknown_tag(#label, (hash >> 1) as i64)
        )
    }
}
