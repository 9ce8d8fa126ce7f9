//! What OCaml sees of a struct or enum.

use crate::types::{has_vec_of, is_named, mentions_self, without_lifetimes};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Ident, LitBool, LitStr, Member, Token, Type,
};

/// A derived type.
pub struct Model {
    pub name: Ident,
    pub generics: syn::Generics,
    /// The OCaml type: the type itself, or the one named by `as_`.
    pub marker: TokenStream,
    /// Whether `as_` names the marker.
    pub has_marker: bool,
    /// Whether `FromOCaml` must say which OCaml type this is, since `ToOCaml` is not derived.
    pub from_only: bool,
    pub shape: Shape,
    /// Whether OCaml keeps the record as a flat array of floats.
    pub flat: bool,
    /// Whether an attribute says so.
    flat_is_given: bool,
}

/// The shapes.
#[allow(clippy::large_enum_variant, reason = "a few live at a time, in a macro")]
pub enum Shape {
    /// A struct with names: a record.
    Record(Vec<Field>),
    /// A struct with one field and no name, or what OCaml calls `[@@unboxed]`: what the field is. An enum has a
    /// constructor around it.
    Newtype { constructor: Option<Ident>, field: Field },
    /// A struct with more fields and no names: a tuple.
    Tuple(Vec<Field>),
    /// A struct without fields: `unit`.
    Unit,
    /// An enum: a variant, plain or polymorphic.
    Variant { constructors: Vec<Constructor>, polymorphic: bool },
}

/// A field of a struct or constructor.
pub struct Field {
    pub member: Member,
    pub ty: Type,
    pub as_: Option<Type>,
    pub mutable: bool,
}

/// A constructor of an enum.
pub struct Constructor {
    pub ident: Ident,
    /// The name that OCaml knows, for polymorphic variants.
    pub tag: String,
    pub fields: Vec<Field>,
    /// Written with braces.
    pub named: bool,
    /// Its number among the constant constructors, or among those with arguments.
    pub number: usize,
}

impl Model {
    pub fn parse(input: &DeriveInput) -> Result<Self, Error> {
        let attributes = TypeAttributes::parse(&input.attrs)?;
        let shape = match &input.data {
            Data::Struct(data) => {
                if attributes.polymorphic {
                    return Err(Error::new(
                        input.ident.span(),
                        "only an enum can be a polymorphic variant",
                    ));
                }
                struct_shape(data)?
            }
            Data::Enum(data) => Shape::Variant {
                constructors: constructors(data, &attributes)?,
                polymorphic: attributes.polymorphic,
            },
            Data::Union(data) => {
                return Err(Error::new(
                    data.union_token.span(),
                    "OCaml has no unions: use an enum",
                ));
            }
        };
        let shape = if attributes.unboxed { unboxed(shape, &input.ident)? } else { shape };
        let flat = match (&shape, attributes.float_record) {
            (Shape::Record(fields), given) => given.unwrap_or_else(|| is_float_record(fields)),
            (_, None) => false,
            (_, Some(_)) => {
                return Err(Error::new(
                    input.ident.span(),
                    "only a struct with named fields can be a float_record",
                ));
            }
        };
        let name = input.ident.clone();
        let (_, type_generics, _) = input.generics.split_for_impl();
        let has_marker = attributes.as_.is_some();
        let marker =
            attributes.as_.map_or_else(|| quote!(#name #type_generics), |as_| quote!(#as_));
        Ok(Model {
            name,
            generics: input.generics.clone(),
            marker,
            has_marker,
            from_only: attributes.from_only,
            shape,
            flat,
            flat_is_given: attributes.float_record.is_some(),
        })
    }

    /// The OCaml type, as a type.
    pub fn marker_type(&self) -> Result<Type, Error> {
        syn::parse2(self.marker.clone())
    }

    /// What must hold of the types of the fields.
    pub fn check(&self) -> TokenStream {
        match &self.shape {
            Shape::Record(fields) if !self.flat && !self.flat_is_given => {
                check_not_float_record(&self.name, fields, &self.generics)
            }
            _ => TokenStream::new(),
        }
    }

    /// Generics whose type parameters convert by the trait.
    pub fn bounded_generics(&self, conversion: &TokenStream) -> syn::Generics {
        let mut generics = self.mapped_generics();
        let parameters: Vec<_> =
            generics.type_params().map(|parameter| parameter.ident.clone()).collect();
        let clause = generics.make_where_clause();
        for parameter in parameters {
            clause.predicates.push(syn::parse_quote!(
                #parameter: #conversion<<#parameter as ::bactrian::DefaultOCamlMapping>::OCamlType>
            ));
            // What a `Vec` of it is depends on the type: a list, or a string of bytes.
            if self.fields().any(|field| field.as_.is_none() && has_vec_of(&field.ty, &parameter)) {
                clause.predicates.push(syn::parse_quote!(
                    ::std::vec::Vec<#parameter>:
                        #conversion<<#parameter as ::bactrian::DefaultOCamlMapping>::VecType>
                ));
            }
        }
        generics
    }

    /// All fields.
    fn fields(&self) -> impl Iterator<Item = &Field> {
        let (fields, constructors): (&[Field], &[Constructor]) = match &self.shape {
            Shape::Record(fields) | Shape::Tuple(fields) => (fields, &[]),
            Shape::Newtype { field, .. } => (std::slice::from_ref(field), &[]),
            Shape::Unit => (&[], &[]),
            Shape::Variant { constructors, .. } => (&[], constructors),
        };
        fields.iter().chain(constructors.iter().flat_map(|constructor| &constructor.fields))
    }

    /// Whether it is one `float` under another name, as far as the text says: the bodies of its conversions to and
    /// from a field of a flat record, in terms of `self` and `float`.
    pub fn as_flat_float(&self) -> Option<(TokenStream, TokenStream)> {
        let Shape::Newtype { constructor: None, field } = &self.shape else { return None };
        if !field.is_float() || !self.generics.params.is_empty() {
            return None;
        }
        let (member, ty) = (&field.member, &field.ty);
        Some((
            quote!(::bactrian::__private::variant::ToFlat::to_flat(&self.#member)),
            quote!(Self { #member: <#ty as ::bactrian::__private::variant::OfFlat>::of_flat(float) }),
        ))
    }

    /// Generics whose type parameters stand for OCaml types.
    pub fn mapped_generics(&self) -> syn::Generics {
        let mut generics = self.generics.clone();
        let parameters: Vec<_> = generics.type_params().map(|p| p.ident.clone()).collect();
        let clause = generics.make_where_clause();
        for parameter in parameters {
            clause.predicates.push(syn::parse_quote!(#parameter: ::bactrian::DefaultOCamlMapping));
        }
        generics
    }

    /// `impl DefaultOCamlMapping`. It asks nothing else of the parameters: a recursive type needs it for its own
    /// conversions, of which each is bounded by one direction only.
    pub fn mapping(&self) -> TokenStream {
        let generics = self.mapped_generics();
        let (impl_generics, type_generics, clause) = generics.split_for_impl();
        let (name, marker) = (&self.name, &self.marker);
        let is_float = match &self.shape {
            Shape::Newtype { field, .. } => field.is_float_constant(),
            _ => quote!(false),
        };
        // A marker must be a type of the same crate, which only then can have an inherent implementation: whoever says
        // how a `String` of OCaml looks would speak for everybody.
        let local = self.has_marker.then(|| {
            let unique = quote::format_ident!("__bactrian_marker_of_{}", name);
            quote! {
                #[doc(hidden)]
                #[allow(non_upper_case_globals, dead_code)]
                impl #marker {
                    const #unique: () = ();
                }
            }
        });
        quote! {
            #local

            impl #impl_generics ::bactrian::DefaultOCamlMapping for #name #type_generics #clause {
                type OCamlType = #marker;
                type VecType = ::bactrian::OCamlList<#marker>;
                const IS_FLOAT: bool = #is_float;
            }
        }
    }
}

impl Field {
    /// The OCaml type of the field.
    pub fn marker(&self) -> TokenStream {
        let ty = &self.ty;
        match &self.as_ {
            Some(as_) => quote!(#as_),
            None => quote!(<#ty as ::bactrian::DefaultOCamlMapping>::OCamlType),
        }
    }

    /// Whether the field is written as a float.
    fn is_float(&self) -> bool {
        match &self.as_ {
            Some(as_) => is_named(as_, "OCamlFloat"),
            None => is_named(&self.ty, "f64") || is_named(&self.ty, "f32"),
        }
    }

    /// Whether the compiler finds it to be a float, under whatever name.
    fn is_float_constant(&self) -> TokenStream {
        if self.as_.is_some() {
            let is_float = self.is_float();
            return quote!(#is_float);
        }
        let ty = without_lifetimes(&self.ty);
        quote!(<#ty as ::bactrian::DefaultOCamlMapping>::IS_FLOAT)
    }
}

/// Whether OCaml keeps the record as a flat array of floats, as far as the text says.
fn is_float_record(fields: &[Field]) -> bool {
    fields.iter().all(Field::is_float)
}

/// A compile-time check that the question above was answered right, whatever the types are called. An item, so that it
/// is made whether or not anything is converted.
fn check_not_float_record(name: &Ident, fields: &[Field], generics: &syn::Generics) -> TokenStream {
    // A field that mentions `Self` is no float, and has no name outside of the impl.
    if is_float_record(fields)
        || generics.type_params().next().is_some()
        || fields.iter().any(|field| mentions_self(&field.ty))
    {
        return TokenStream::new();
    }
    let constants = fields.iter().map(Field::is_float_constant);
    let message = format!(
        "every field of `{name}` is a float: say #[ocaml(float_record)], or #[ocaml(float_record = false)] if one of the \
         fields has an abstract type in OCaml, since that record is not flat"
    );
    quote!(
        const _: () = ::core::assert!(!(#(#constants)&&*), #message);
    )
}

fn struct_shape(data: &syn::DataStruct) -> Result<Shape, Error> {
    let fields = fields(&data.fields)?;
    Ok(match &data.fields {
        Fields::Named(_) if fields.is_empty() => Shape::Unit,
        Fields::Named(_) => Shape::Record(fields),
        Fields::Unit => Shape::Unit,
        Fields::Unnamed(_) => match <[Field; 1]>::try_from(fields) {
            Ok([field]) => Shape::Newtype { constructor: None, field },
            Err(fields) if fields.is_empty() => Shape::Unit,
            Err(fields) => Shape::Tuple(fields),
        },
    })
}

/// What is left of a shape when its one field stands for all of it.
fn unboxed(shape: Shape, name: &Ident) -> Result<Shape, Error> {
    let (constructor, fields) = match shape {
        Shape::Record(fields) | Shape::Tuple(fields) => (None, fields),
        Shape::Newtype { constructor, field } => (constructor, vec![field]),
        Shape::Variant { mut constructors, polymorphic: false } if constructors.len() == 1 => {
            let constructor = constructors.remove(0);
            (Some(constructor.ident), constructor.fields)
        }
        _ => (None, Vec::new()),
    };
    match <[Field; 1]>::try_from(fields) {
        Ok([field]) if field.mutable => {
            Err(Error::new(name.span(), "OCaml allows no mutable field in an unboxed type"))
        }
        Ok([field]) => Ok(Shape::Newtype { constructor, field }),
        Err(_) => Err(Error::new(
            name.span(),
            "OCaml unboxes only a record with one field, or a variant with one constructor that has one argument",
        )),
    }
}

/// Patterns that bind the fields of a constructor: `{ a: field_0, .. }` or `(field_0, …)`.
pub fn binding_pattern(constructor: &Constructor) -> (TokenStream, Vec<Ident>) {
    let names: Vec<_> =
        (0..constructor.fields.len()).map(|index| format_ident!("field_{index}")).collect();
    if names.is_empty() && !constructor.named {
        return (TokenStream::new(), names);
    }
    let members = constructor.fields.iter().map(|field| &field.member);
    (quote!({ #(#members: #names),* }), names)
}

fn fields(fields: &Fields) -> Result<Vec<Field>, Error> {
    fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let member = match &field.ident {
                Some(ident) => Member::Named(ident.clone()),
                None => Member::Unnamed(index.into()),
            };
            let (mut as_, mut mutable) = (None, false);
            for attribute in ocaml_attributes(&field.attrs) {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("as_") {
                        as_ = Some(meta.value()?.parse::<LitStr>()?.parse()?);
                        return Ok(());
                    }
                    if meta.path.is_ident("mutable") {
                        mutable = true;
                        return Ok(());
                    }
                    if crate::schema::is_field_key(&meta)? {
                        return Ok(());
                    }
                    Err(meta.error(
                        "a field takes `as_ = \"OCamlType\"`, `mutable` or `rename = \"name\"`",
                    ))
                })?;
            }
            Ok(Field { member, ty: field.ty.clone(), as_, mutable })
        })
        .collect()
}

/// How many constructors with arguments a variant has at most: the tags above are those of lazy values, continuations,
/// functions and so on.
const MAX_BLOCKS: usize = 244;

fn constructors(
    data: &syn::DataEnum,
    attributes: &TypeAttributes,
) -> Result<Vec<Constructor>, Error> {
    let (mut constants, mut blocks) = (0, 0);
    let mut hashes = std::collections::HashMap::new();
    data.variants
        .iter()
        .map(|variant| {
            if let Some((_, discriminant)) = &variant.discriminant {
                return Err(Error::new(
                    discriminant.span(),
                    "OCaml numbers constructors by their order: a discriminant has no meaning for it",
                ));
            }
            let mut tag = variant.ident.unraw().to_string();
            for attribute in ocaml_attributes(&variant.attrs) {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("tag") && attributes.polymorphic {
                        tag = meta.value()?.parse::<LitStr>()?.value();
                        return Ok(());
                    }
                    if meta.path.is_ident("exception") {
                        meta.value()?.parse::<LitStr>()?;
                        return Ok(());
                    }
                    if crate::schema::is_constructor_key(&meta)? {
                        return Ok(());
                    }
                    Err(meta.error("only the constructors of a polymorphic variant take `tag = \"Name\"`"))
                })?;
            }
            if attributes.polymorphic
                && let Some(other) = hashes.insert(hash(&tag), tag.clone()) {
                    return Err(Error::new(
                        variant.ident.span(),
                        format!("the tags `{other}` and `{tag}` are one to OCaml: it keeps only their hash"),
                    ));
                }
            let fields = fields(&variant.fields)?;
            let counter = if fields.is_empty() { &mut constants } else { &mut blocks };
            let number = *counter;
            *counter += 1;
            if blocks > MAX_BLOCKS && !attributes.polymorphic {
                return Err(Error::new(
                    variant.ident.span(),
                    format!("OCaml allows no more than {MAX_BLOCKS} constructors with arguments"),
                ));
            }
            let named = matches!(variant.fields, Fields::Named(_));
            Ok(Constructor { ident: variant.ident.clone(), tag, fields, named, number })
        })
        .collect()
}

/// What OCaml keeps of the tag of a polymorphic variant.
fn hash(tag: &str) -> u32 {
    tag.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(223).wrapping_add(u32::from(byte)))
        & 0x7fff_ffff
}

/// `#[ocaml(…)]` on a type.
#[derive(Default)]
struct TypeAttributes {
    as_: Option<Type>,
    polymorphic: bool,
    from_only: bool,
    unboxed: bool,
    float_record: Option<bool>,
}

impl TypeAttributes {
    fn parse(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut found = TypeAttributes::default();
        for attribute in ocaml_attributes(attributes) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("as_") {
                    found.as_ = Some(meta.value()?.parse::<LitStr>()?.parse()?);
                } else if meta.path.is_ident("polymorphic_variant") {
                    found.polymorphic = true;
                } else if meta.path.is_ident("from_only") {
                    found.from_only = true;
                } else if meta.path.is_ident("unboxed") {
                    found.unboxed = true;
                } else if meta.path.is_ident("float_record") {
                    let given = if meta.input.peek(Token![=]) {
                        meta.value()?.parse::<LitBool>()?.value
                    } else {
                        true
                    };
                    found.float_record = Some(given);
                } else if meta.path.is_ident("exception") {
                    meta.value()?.parse::<LitStr>()?;
                } else if meta.path.is_ident("extensible") {
                    return Err(meta.error(
                        "an extensible variant has no fixed constructors, so no enum can stand for it: pass it on as \
                         `OCamlAny` or a type of your own, and match it in OCaml; for exceptions there are \
                         `OCamlException` and #[derive(OCamlException)]",
                    ));
                } else if meta.path.is_ident("gadt") {
                    return Err(meta.error(
                        "the type of a GADT's arguments depends on its constructor, which a Rust enum cannot say: pass it \
                         on as `OCamlAny` or a type of your own, and match it in OCaml; where every constructor has its \
                         own fixed types, derive without `gadt`",
                    ));
                } else if !crate::schema::is_type_key(&meta)? {
                    return Err(meta.error(
                        "a type takes `as_ = \"OCamlType\"`, `polymorphic_variant`, `unboxed`, `float_record`, `from_only`, \
                         `exception = \"Name\"`, `rename = \"name\"`, `module = \"Module\"`, `type = \"Module.name\"` or \
                         `unlisted`",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// The `#[ocaml(…)]` attributes among others.
pub fn ocaml_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("ocaml"))
}
