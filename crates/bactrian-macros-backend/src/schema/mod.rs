//! What is written into the library about functions and types, from which bindings are generated.
//!
//! Each description is a constant of `bactrian_schema::describe`, encoded by the compiler into a static of the schema's
//! link section.

mod attributes;
mod definition;
mod exception;
mod function;
mod import;

pub use attributes::{
    FunctionOptions, ParameterOptions, is_constructor_key, is_field_key, is_type_key, module,
};
pub use definition::{custom, definition, marker};
pub use exception::exceptions;
pub use function::function;
pub use import::import;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Type};

/// The static that holds an entry.
fn entry(entry: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use ::bactrian::__private::schema::Undescribed as _;
            const __BACTRIAN_ENTRY: ::bactrian::__private::schema::Entry =
                ::bactrian::__private::schema::Entry::#entry;
            #[used]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__bactrian"))]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "bactrian_schema"))]
            static __BACTRIAN_BYTES: [::core::primitive::u8; __BACTRIAN_ENTRY.size()] = __BACTRIAN_ENTRY.bytes();
        };
    }
}

/// The name and place of what is described.
fn item(
    ident: &Ident,
    attributes: &[Attribute],
    module: Option<&LitStr>,
    rename: Option<&LitStr>,
) -> TokenStream {
    let name = ident.unraw().to_string();
    let (file, line, column) = place(ident);
    let doc = documentation(attributes);
    let module = module.map(LitStr::value).unwrap_or_default();
    let rename = maybe(rename);
    quote! {
        ::bactrian::__private::schema::Item {
            origin: ::bactrian::__private::schema::Origin {
                module: ::core::module_path!(),
                name: #name,
                file: #file,
                line: #line,
                column: #column,
            },
            doc: #doc,
            module: #module,
            rename: #rename,
        }
    }
}

/// Where a name is written. `line!()` would be where the macro is.
fn place(ident: &Ident) -> (String, u32, u32) {
    // Only within a macro is there a compiler to ask.
    if !proc_macro::is_available() {
        return (String::new(), 0, 0);
    }
    let span = ident.span().unwrap();
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (span.file(), number(span.line()), number(span.column()))
}

/// The documentation comment; what a macro makes of it is left out.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn maybe(text: Option<&LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// What a marker is to OCaml. It must be within an [`entry`].
fn described(marker: &Type) -> TokenStream {
    or_unknown(&quote!(::bactrian::__private::schema::Marker::<#marker>::DESCRIBED), marker)
}

/// What a Rust type is to OCaml by its default mapping. It must be within an [`entry`].
fn described_default(ty: &Type) -> TokenStream {
    or_unknown(&quote!(::bactrian::__private::schema::Mapped::<#ty>::DESCRIBED), ty)
}

/// That nobody described a type is no error before bindings are wanted.
fn or_unknown(described: &TokenStream, ty: &Type) -> TokenStream {
    let rust = written(ty);
    quote! {
        match #described {
            ::core::option::Option::Some(ty) => ty,
            ::core::option::Option::None => &::bactrian::__private::schema::Type::Unknown { rust: #rust },
        }
    }
}

/// A type as people write it.
fn written(ty: &Type) -> String {
    let text = quote!(#ty).to_string();
    text.replace(" < ", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace(" ,", ",")
        .replace("& ", "&")
}
