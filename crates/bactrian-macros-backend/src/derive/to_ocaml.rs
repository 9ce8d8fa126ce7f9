//! `#[derive(ToOCaml)]`.

use super::model::{Constructor, Field, Model, Shape, binding_pattern};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Error};

pub fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let model = Model::parse(input)?;
    let conversion = quote!(::bactrian::ToOCaml);
    let (name, marker) = (&model.name, &model.marker);
    let body = match &model.shape {
        Shape::Record(fields) if model.flat => {
            let members = fields.iter().map(|field| &field.member);
            quote!(::bactrian::__private::variant::float_record([
                #(::bactrian::__private::variant::ToFlat::to_flat(&self.#members)),*
            ]))
        }
        Shape::Record(fields) | Shape::Tuple(fields) => struct_block(fields),
        Shape::Newtype { constructor, field } => {
            let (ty, marker, member) = (&field.ty, field.marker(), &field.member);
            let path = constructor.iter();
            quote!({
                let Self #(::#path)* { #member: field } = self;
                <#ty as ::bactrian::ToOCaml<#marker>>::to_ocaml(field, runtime).raw()
            })
        }
        Shape::Variant { constructors, .. } if constructors.is_empty() => quote!(match *self {}),
        Shape::Unit => quote!(::bactrian::__private::val_int(0)),
        Shape::Variant { constructors, polymorphic } => {
            let arms = constructors.iter().map(|constructor| {
                let ident = &constructor.ident;
                let (pattern, names) = binding_pattern(constructor);
                let word = if *polymorphic {
                    polymorphic_word(constructor, &names)
                } else {
                    plain_word(constructor, &names)
                };
                quote!(Self::#ident #pattern => #word,)
            });
            quote!(match self { #(#arms)* })
        }
    };
    let generics = model.bounded_generics(&conversion);
    let (impl_generics, type_generics, clause) = generics.split_for_impl();
    let mapping = model.mapping();
    let check = model.check();
    let flat = model.as_flat_float().map(|(to_flat, _)| {
        quote! {
            #[automatically_derived]
            impl ::bactrian::__private::variant::ToFlat for #name {
                #[inline(always)]
                fn to_flat(&self) -> f64 {
                    #to_flat
                }
            }
        }
    });
    let schema = crate::schema::definition(input, &model)?;
    Ok(quote! {
        #check
        #flat
        #schema

        // SAFETY: the word is built as OCaml builds values of the type that the derive stands for.
        #[automatically_derived]
        unsafe impl #impl_generics ::bactrian::ToOCaml<#marker> for #name #type_generics #clause {
            #[inline]
            fn to_ocaml<'gc>(
                &self,
                runtime: &'gc mut ::bactrian::OCamlRuntime,
            ) -> ::bactrian::OCaml<'gc, #marker> {
                // SAFETY: the handle proves the lock, and words are kept while later ones are made.
                #[allow(unreachable_code)]
                unsafe {
                    let word = #body;
                    ::bactrian::OCaml::new(runtime, word)
                }
            }
        }

        #[automatically_derived]
        #mapping
    })
}

fn plain_word(constructor: &Constructor, names: &[syn::Ident]) -> TokenStream {
    if constructor.fields.is_empty() {
        let number = constructor.number as i64;
        return quote!(::bactrian::__private::val_int(#number));
    }
    let places: Vec<_> = names.iter().map(|name| quote!(#name)).collect();
    block(constructor.number as u8, &constructor.fields, &places, None)
}

fn polymorphic_word(constructor: &Constructor, names: &[syn::Ident]) -> TokenStream {
    let tag = &constructor.tag;
    let hash = quote!(const { ::bactrian::__private::hash_variant(#tag) });
    let places: Vec<_> = names.iter().map(|name| quote!(#name)).collect();
    match constructor.fields.as_slice() {
        [] => hash,
        [field] => block(0, std::slice::from_ref(field), &places, Some(hash)),
        fields => {
            let tuple = block(0, fields, &places, None);
            quote!({
                let tuple = #tuple;
                ::bactrian::__private::block(0, [#hash, tuple])
            })
        }
    }
}

fn struct_block(fields: &[Field]) -> TokenStream {
    let places: Vec<_> = fields
        .iter()
        .map(|field| {
            let member = &field.member;
            quote!(&self.#member)
        })
        .collect();
    block(0, fields, &places, None)
}

/// A block of the fields at these places, after a first word if there is one.
fn block(
    tag: u8,
    fields: &[Field],
    places: &[TokenStream],
    first: Option<TokenStream>,
) -> TokenStream {
    let names: Vec<_> = (0..fields.len()).map(|index| format_ident!("word_{index}")).collect();
    let allocates: Vec<_> = fields
        .iter()
        .map(|field| {
            let (ty, marker) = (&field.ty, field.marker());
            quote!(<#ty as ::bactrian::ToOCaml<#marker>>::ALLOCATES)
        })
        .collect();
    let conversions = fields.iter().enumerate().map(|(index, field)| {
        let (ty, marker) = (&field.ty, field.marker());
        let (name, place, later) = (&names[index], &places[index], &allocates[index + 1..]);
        quote! {
            let #name = fields.keep(
                <#ty as ::bactrian::ToOCaml<#marker>>::to_ocaml(#place, runtime).raw(),
                false #(|| #later)*,
            );
        }
    });
    let first = first.into_iter();
    // The first field needs no frame for itself: only what comes before an allocation does.
    let rooted = &allocates[1..];
    quote!({
        let fields = ::bactrian::__private::Fields::begin(false #(|| #rooted)*);
        #(#conversions)*
        ::bactrian::__private::block(#tag, [#(#first,)* #(#names.get()),*])
    })
}
