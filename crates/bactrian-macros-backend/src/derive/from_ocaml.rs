//! `#[derive(FromOCaml)]`.

use super::model::{Constructor, Field, Model, Shape};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Ident, Member};

pub fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let model = Model::parse(input)?;
    let conversion = quote!(::bactrian::FromOCaml);
    let (name, marker) = (&model.name, &model.marker);
    let body = match &model.shape {
        Shape::Record(fields) if model.flat => {
            let members = fields.iter().map(|field| &field.member);
            let types = fields.iter().map(|field| &field.ty);
            let indices = 0..fields.len();
            let (label, count) = (name.to_string(), fields.len());
            quote!(::bactrian::__private::variant::check_float_record(&value, #label, #count);
            ::core::result::Result::Ok(Self {
                #(#members: <#types as ::bactrian::__private::variant::OfFlat>::of_flat(
                    ::bactrian::__private::variant::float_field(value.raw(), #indices)
                )),*
            }))
        }
        Shape::Record(fields) | Shape::Tuple(fields) => {
            let built = build(&quote!(Self), &name.to_string(), fields, &quote!(value), 0);
            let (label, count) = (name.to_string(), fields.len());
            quote!(::bactrian::__private::variant::check_record(&value, #label, 0, #count);
            ::core::result::Result::Ok(#built))
        }
        Shape::Newtype { constructor, field } => {
            let (ty, marker, member) = (&field.ty, field.marker(), &field.member);
            let path = constructor.iter();
            quote!(<#ty as ::bactrian::FromOCaml<#marker>>::try_from_ocaml(
                ::bactrian::OCaml::from_raw(value.raw())
            ).map(|field| Self #(::#path)* { #member: field }))
        }
        Shape::Unit => {
            // Both `struct A;` and `struct A {}` can be written so.
            quote!(::core::result::Result::Ok(Self {}))
        }
        Shape::Variant { constructors, polymorphic: false } => plain(name, constructors),
        Shape::Variant { constructors, polymorphic: true } => polymorphic(name, constructors),
    };
    let generics = model.bounded_generics(&conversion);
    let (impl_generics, type_generics, clause) = generics.split_for_impl();
    let mapping = model.from_only.then(|| model.mapping());
    let check = model.check();
    let flat = model.as_flat_float().map(|(_, of_flat)| {
        quote! {
            #[automatically_derived]
            impl ::bactrian::__private::variant::OfFlat for #name {
                #[inline(always)]
                fn of_flat(float: f64) -> Self {
                    #of_flat
                }
            }
        }
    });
    let schema = model.from_only.then(|| crate::schema::definition(input, &model)).transpose()?;
    Ok(quote! {
        #check
        #flat
        #schema

        // SAFETY: the value is read as OCaml lays out values of the type that the derive stands for.
        #[automatically_derived]
        unsafe impl #impl_generics ::bactrian::FromOCaml<#marker> for #name #type_generics #clause {
            #[inline]
            fn from_ocaml(value: ::bactrian::OCaml<'_, #marker>) -> Self {
                match Self::try_from_ocaml(value) {
                    ::core::result::Result::Ok(value) => value,
                    ::core::result::Result::Err(error) => error.throw(),
                }
            }

            #[inline]
            fn try_from_ocaml(
                value: ::bactrian::OCaml<'_, #marker>,
            ) -> ::core::result::Result<Self, ::bactrian::ConversionError> {
                // SAFETY: the value is live and of the type.
                unsafe { #body }
            }
        }

        #mapping
    })
}

/// A struct or constructor from the fields of a block, which start at some index.
fn build(
    path: &TokenStream,
    label: &str,
    fields: &[Field],
    block: &TokenStream,
    first: usize,
) -> TokenStream {
    let values = fields.iter().enumerate().map(|(index, field)| {
        let (ty, marker, member) = (&field.ty, field.marker(), &field.member);
        let index = first + index;
        let place = match member {
            Member::Named(name) => format!("{label}.{name}"),
            Member::Unnamed(number) => format!("{label}.{}", number.index),
        };
        quote! {
            #member: <#ty as ::bactrian::FromOCaml<#marker>>::try_from_ocaml(#block.field::<#marker>(#index))
                .map_err(|error| error.within(#place))?
        }
    });
    quote!(#path { #(#values),* })
}

fn plain(name: &Ident, constructors: &[Constructor]) -> TokenStream {
    let label = name.to_string();
    let arms = constructors.iter().map(|constructor| {
        let ident = &constructor.ident;
        if constructor.fields.is_empty() {
            let number = constructor.number as i64;
            quote!(::bactrian::__private::variant::Constructor::Constant(#number) => ::core::result::Result::Ok(Self::#ident {}),)
        } else {
            let number = constructor.number as u8;
            let label = format!("{label}::{ident}");
            let built = build(&quote!(Self::#ident), &label, &constructor.fields, &quote!(value), 0);
            let count = constructor.fields.len();
            quote!(::bactrian::__private::variant::Constructor::Block(#number) => {
                ::bactrian::__private::variant::check_record(&value, #label, #number, #count);
                ::core::result::Result::Ok(#built)
            })
        }
    });
    quote! {
        match ::bactrian::__private::variant::constructor(value.raw()) {
            #(#arms)*
            unknown => ::core::result::Result::Err(::bactrian::__private::variant::unknown_constructor(#label, unknown)),
        }
    }
}

fn polymorphic(name: &Ident, constructors: &[Constructor]) -> TokenStream {
    let label = name.to_string();
    let arms = |constant: bool| {
        let label = label.clone();
        constructors.iter().filter(move |c| c.fields.is_empty() == constant).map(move |constructor| {
            let (ident, tag) = (&constructor.ident, &constructor.tag);
            let label = format!("{label}::{ident}");
            let built = match constructor.fields.as_slice() {
                [] => quote!(Self::#ident {}),
                [field] => build(&quote!(Self::#ident), &label, std::slice::from_ref(field), &quote!(value), 1),
                fields => {
                    let built = build(&quote!(Self::#ident), &label, fields, &quote!(tuple), 0);
                    quote!({
                        let tuple = value.field::<::bactrian::OCamlAny>(1);
                        #built
                    })
                }
            };
            quote!(if hash == const { ::bactrian::__private::hash_variant(#tag) } { return ::core::result::Result::Ok(#built); })
        })
    };
    let (constants, blocks) = (arms(true), arms(false));
    quote! {
        if value.is_block() {
            let hash = value.field::<::bactrian::OCamlInt>(0).raw();
            #(#blocks)*
            ::core::result::Result::Err(::bactrian::__private::variant::unknown_tag(#label, (hash >> 1) as i64))
        } else {
            let hash = value.raw();
            #(#constants)*
            ::core::result::Result::Err(::bactrian::__private::variant::unknown_tag(#label, (hash >> 1) as i64))
        }
    }
}
