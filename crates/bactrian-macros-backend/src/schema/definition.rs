//! Derived types.

use super::attributes::ItemOptions;
use super::{described, described_default, documentation, entry, item, maybe};
use crate::derive::{Field, Model, Shape};
use crate::types::without_lifetimes;
use bactrian_schema::names;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::visit_mut::{VisitMut, visit_type_mut, visit_type_path_mut};
use syn::{
    Data, DeriveInput, Error, Fields, GenericParam, Generics, Ident, LitStr, Member, Type,
    TypeParamBound, TypePath, Variant, WherePredicate,
};

/// What the library says about a type that converts, and how signatures refer to it.
pub fn definition(input: &DeriveInput, model: &Model) -> Result<TokenStream, Error> {
    let options = ItemOptions::parse(&input.attrs)?;
    if options.unlisted {
        return Ok(TokenStream::new());
    }
    let reference = if model.has_marker { TokenStream::new() } else { reference(input) };
    let Some(variables) = Variables::of(input) else { return Ok(reference) };
    let (shape, unboxed) = shape(input, model, &variables)?;
    let ty = variables.describe(&model.marker_type()?);
    let entry = definition_entry(input, &options, &ty, &shape, unboxed);
    Ok(quote!(#reference #entry))
}

/// `#[derive(DescribeOCaml)]`: a marker, of which nothing more is known.
pub fn marker(input: &DeriveInput) -> Result<TokenStream, Error> {
    abstract_type(input, &ItemOptions::parse(&input.attrs)?)
}

fn abstract_type(input: &DeriveInput, options: &ItemOptions) -> Result<TokenStream, Error> {
    let reference = reference(input);
    let Some(variables) = Variables::of(input) else { return Ok(reference) };
    let (_, type_generics, _) = input.generics.split_for_impl();
    let name = &input.ident;
    let ty = variables.describe(&syn::parse2(quote!(#name #type_generics))?);
    let abstract_ = quote!(::bactrian::__private::schema::Shape::Abstract);
    let entry = definition_entry(input, options, &ty, &abstract_, false);
    Ok(quote!(#reference #entry))
}

/// `#[derive(Custom)]`: an abstract type, `t` in a module of the type's name unless another is given.
pub fn custom(input: &DeriveInput) -> Result<TokenStream, Error> {
    let mut options = ItemOptions::parse(&input.attrs)?;
    if options.unlisted {
        return Ok(TokenStream::new());
    }
    let name = input.ident.unraw().to_string();
    if options.module.is_none() && options.rename.is_none() && names::is_uppercase(&name) {
        options.module = Some(LitStr::new(&name, input.ident.span()));
        options.rename = Some(LitStr::new("t", input.ident.span()));
    }
    abstract_type(input, &options)
}

fn definition_entry(
    input: &DeriveInput,
    options: &ItemOptions,
    ty: &TokenStream,
    shape: &TokenStream,
    unboxed: bool,
) -> TokenStream {
    let item = item(&input.ident, &input.attrs, options.module.as_ref(), options.rename.as_ref());
    let ocaml = maybe(options.ocaml.as_ref());
    entry(&quote! {
        Type(::bactrian::__private::schema::TypeDefinition {
            item: #item,
            ty: #ty,
            ocaml: #ocaml,
            unboxed: #unboxed,
            shape: #shape,
        })
    })
}

/// `impl DescribeOCaml`: the type by its path, with its arguments.
fn reference(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let mut generics = input.generics.clone();
    let parameters: Vec<_> = generics.type_params().map(|param| param.ident.clone()).collect();
    let clause = generics.make_where_clause();
    for parameter in &parameters {
        clause.predicates.push(syn::parse_quote!(
            #parameter: ::bactrian::DefaultOCamlMapping<OCamlType: ::bactrian::DescribeOCaml>
        ));
    }
    let (impl_generics, type_generics, clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::bactrian::DescribeOCaml for #ident #type_generics #clause {
            const TYPE: &'static ::bactrian::__private::schema::Type =
                &::bactrian::__private::schema::Type::Rust {
                    path: ::core::concat!(::core::module_path!(), "::", #name),
                    arguments: &[#(::bactrian::__private::schema::default::<#parameters>()),*],
                };
        }
    }
}

/// The shape, and whether it is `[@@unboxed]`.
fn shape(
    input: &DeriveInput,
    model: &Model,
    variables: &Variables,
) -> Result<(TokenStream, bool), Error> {
    let mut unboxed = false;
    let shape = match (&model.shape, &input.data) {
        (Shape::Record(fields), Data::Struct(data)) => {
            let (fields, flat) = (record(fields, &data.fields, variables)?, model.flat);
            quote!(Record { fields: #fields, flat: #flat })
        }
        (Shape::Newtype { field, .. }, Data::Struct(data)) => match &data.fields {
            Fields::Named(_) => {
                unboxed = true;
                let fields = record(std::slice::from_ref(field), &data.fields, variables)?;
                quote!(Record { fields: #fields, flat: false })
            }
            _ => {
                let ty = variables.field(field);
                quote!(Alias(#ty))
            }
        },
        (Shape::Newtype { field, .. }, Data::Enum(data)) => {
            unboxed = true;
            let fields = std::slice::from_ref(field);
            let constructors = data.variants.iter().map(|variant| {
                let named = matches!(variant.fields, Fields::Named(_));
                constructor(variant, &variant.ident.unraw().to_string(), named, fields, variables)
            });
            let constructors = constructors.collect::<Result<Vec<_>, Error>>()?;
            quote!(Variant(&[#(#constructors),*]))
        }
        (Shape::Tuple(fields), _) => {
            let types = fields.iter().map(|field| variables.field(field));
            quote!(Alias(&::bactrian::__private::schema::Type::Tuple(&[#(#types),*])))
        }
        (Shape::Variant { constructors, polymorphic }, Data::Enum(data)) => {
            let constructors = constructors.iter().zip(&data.variants).map(|(model, variant)| {
                let rust = model.ident.unraw().to_string();
                let name = if *polymorphic { &model.tag } else { &rust };
                let named = model.named && !polymorphic;
                constructor(variant, name, named, &model.fields, variables)
            });
            let constructors = constructors.collect::<Result<Vec<_>, Error>>()?;
            let kind = if *polymorphic { quote!(PolymorphicVariant) } else { quote!(Variant) };
            quote!(#kind(&[#(#constructors),*]))
        }
        _ => {
            let unit = described(&syn::parse_quote!(()));
            quote!(Alias(#unit))
        }
    };
    Ok((quote!(::bactrian::__private::schema::Shape::#shape), unboxed))
}

fn constructor(
    variant: &Variant,
    name: &str,
    named: bool,
    fields: &[Field],
    variables: &Variables,
) -> Result<TokenStream, Error> {
    let options = ItemOptions::parse(&variant.attrs)?;
    let rename = maybe(options.rename.as_ref());
    let payload = payload(named, fields, &variant.fields, variables)?;
    let doc = documentation(&variant.attrs);
    Ok(quote! {
        ::bactrian::__private::schema::Constructor {
            name: #name,
            rename: #rename,
            payload: #payload,
            doc: #doc,
        }
    })
}

/// The arguments of a constructor; `named` ones are an inline record.
pub fn payload(
    named: bool,
    fields: &[Field],
    written: &Fields,
    variables: &Variables,
) -> Result<TokenStream, Error> {
    let payload = if named && !fields.is_empty() {
        let fields = record(fields, written, variables)?;
        quote!(Record(#fields))
    } else {
        let types = fields.iter().map(|field| variables.field(field));
        quote!(Tuple(&[#(#types),*]))
    };
    Ok(quote!(::bactrian::__private::schema::Payload::#payload))
}

fn record(fields: &[Field], written: &Fields, variables: &Variables) -> Result<TokenStream, Error> {
    let fields = fields
        .iter()
        .zip(written)
        .map(|(field, written)| {
            let options = ItemOptions::parse(&written.attrs)?;
            let name = match &field.member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            let rename = maybe(options.rename.as_ref());
            let ty = variables.field(field);
            let mutable = field.mutable;
            let doc = documentation(&written.attrs);
            Ok(quote! {
                ::bactrian::__private::schema::Field {
                    name: #name,
                    rename: #rename,
                    ty: #ty,
                    mutable: #mutable,
                    doc: #doc,
                }
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(quote!(&[#(#fields),*]))
}

/// Type parameters, which are type variables where the type is defined.
pub struct Variables {
    parameters: Vec<Ident>,
    /// The type itself, of variables.
    itself: Type,
}

impl Variables {
    /// `None` when a parameter must be more than any type, so that no variable can stand for it.
    pub fn of(input: &DeriveInput) -> Option<Self> {
        if !is_free(&input.generics) {
            return None;
        }
        let (_, type_generics, _) = input.generics.split_for_impl();
        let name = &input.ident;
        let parameters = input.generics.type_params().map(|param| param.ident.clone()).collect();
        let mut variables =
            Variables { parameters, itself: syn::parse2(quote!(#name #type_generics)).ok()? };
        variables.itself = variables.replace(&variables.itself);
        Some(variables)
    }

    /// What the field is to OCaml.
    pub fn field(&self, field: &Field) -> TokenStream {
        match &field.as_ {
            Some(marker) => self.describe(marker),
            None => described_default(&self.replace(&field.ty)),
        }
    }

    fn describe(&self, marker: &Type) -> TokenStream {
        described(&self.replace(marker))
    }

    fn replace(&self, ty: &Type) -> Type {
        let mut ty = without_lifetimes(ty);
        Replace(self).visit_type_mut(&mut ty);
        ty
    }

    fn number(&self, path: &TypePath) -> Option<Literal> {
        let first = path.path.segments.first()?;
        let number = self.parameters.iter().position(|name| first.ident == *name)?;
        Some(Literal::usize_unsuffixed(number))
    }
}

/// Puts variables in the place of parameters, and the type itself in that of `Self`.
struct Replace<'a>(&'a Variables);

impl VisitMut for Replace<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && path.qself.is_none()
            && path.path.leading_colon.is_none()
        {
            let alone = path.path.segments.len() == 1;
            if alone && path.path.is_ident("Self") {
                *ty = self.0.itself.clone();
                return;
            }
            if let Some(number) = self.0.number(path) {
                let variable = quote!(::bactrian::__private::schema::Variable<#number>);
                let rest = path.path.segments.iter().skip(1);
                *ty = match alone {
                    true => syn::parse_quote!(#variable),
                    // `A::OCamlType`
                    false => {
                        syn::parse_quote!(<#variable as ::bactrian::DefaultOCamlMapping>::#(#rest)::*)
                    }
                };
                return;
            }
        }
        visit_type_mut(self, ty);
    }

    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        visit_type_path_mut(self, path);
    }
}

/// Whether any type will do for the parameters.
fn is_free(generics: &Generics) -> bool {
    let free_bound = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => {
            let known = [
                "Clone",
                "Copy",
                "Debug",
                "Default",
                "DefaultOCamlMapping",
                "Eq",
                "FromOCaml",
                "Hash",
                "Ord",
                "PartialEq",
                "PartialOrd",
                "Send",
                "Sized",
                "Sync",
                "ToOCaml",
                "Unpin",
            ];
            bound.path.segments.last().is_some_and(|last| known.iter().any(|k| last.ident == k))
        }
        _ => true,
    };
    let parameters = generics.params.iter().all(|parameter| match parameter {
        GenericParam::Lifetime(_) => true,
        GenericParam::Type(ty) => ty.bounds.iter().all(free_bound),
        GenericParam::Const(_) => false,
    });
    let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    parameters
        && clause.clone().all(|predicate| match predicate {
            WherePredicate::Type(ty) => ty.bounds.iter().all(free_bound),
            _ => true,
        })
}
