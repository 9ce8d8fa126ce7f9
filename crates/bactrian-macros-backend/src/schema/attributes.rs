//! The attributes that say how things are called in OCaml.

use crate::derive::ocaml_attributes;
use bactrian_schema::names;
use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Ident, LitStr, Token};

/// What `#[export(…)]` says.
#[derive(Default)]
pub struct FunctionOptions {
    /// `module = "Index"`
    pub module: Option<LitStr>,
    /// `rename = "name"`: the name in OCaml.
    pub rename: Option<LitStr>,
    /// `unlisted`: in no generated bindings.
    pub unlisted: bool,
}

impl FunctionOptions {
    /// Reads what follows a word of `#[export(…)]`, if it is one of these.
    pub fn take(&mut self, word: &Ident, input: ParseStream) -> Result<bool, Error> {
        let value = || {
            input.parse::<Token![=]>()?;
            input.parse::<LitStr>()
        };
        match word.to_string().as_str() {
            "module" => self.module = Some(module(value()?)?),
            "rename" => self.rename = Some(lowercase(value()?)?),
            "unlisted" => self.unlisted = true,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// What `#[ocaml(…)]` on a parameter says.
#[derive(Default)]
pub struct ParameterOptions {
    /// `label` or `label = "name"`
    label: Option<Option<LitStr>>,
    /// `optional` or `optional = "name"`
    optional: Option<Option<LitStr>>,
}

/// How a parameter is labelled.
pub enum Label {
    None,
    Labelled(String),
    Optional(String),
}

impl ParameterOptions {
    /// Reads one key, if it is one of these.
    pub fn take(&mut self, meta: &ParseNestedMeta) -> Result<bool, Error> {
        let slot = if meta.path.is_ident("label") {
            &mut self.label
        } else if meta.path.is_ident("optional") {
            &mut self.optional
        } else {
            return Ok(false);
        };
        let name = match meta.input.peek(Token![=]) {
            true => Some(lowercase(meta.value()?.parse()?)?),
            false => None,
        };
        *slot = Some(name);
        if self.label.is_some() && self.optional.is_some() {
            return Err(meta.error("an argument is either `label` or `optional`"));
        }
        Ok(true)
    }

    /// The label, for a parameter of this name.
    pub fn label(&self, parameter: &str) -> Result<Label, String> {
        let named = |name: &Option<LitStr>| match name {
            Some(name) => Ok(name.value()),
            None => names::value(parameter).map_err(|_| {
                format!("`{parameter}` cannot be a label in OCaml: write `label = \"name\"`")
            }),
        };
        match (&self.label, &self.optional) {
            (Some(name), _) => named(name).map(Label::Labelled),
            (_, Some(name)) => named(name).map(Label::Optional),
            _ => Ok(Label::None),
        }
    }

    /// Neither labelled nor optional.
    pub fn is_plain(&self) -> bool {
        self.label.is_none() && self.optional.is_none()
    }

    pub fn is_optional(&self) -> bool {
        self.optional.is_some()
    }
}

/// What `#[ocaml(…)]` on a type, constructor or field says, among what else it says.
#[derive(Default)]
pub struct ItemOptions {
    pub rename: Option<LitStr>,
    pub module: Option<LitStr>,
    /// `type = "Domain.person"`
    pub ocaml: Option<LitStr>,
    pub unlisted: bool,
}

/// Reads a key of a type, if it is one of these.
pub fn is_type_key(meta: &ParseNestedMeta) -> Result<bool, Error> {
    ItemOptions::default().take(meta)
}

/// Reads a key of a constructor, if it is one of these.
pub fn is_constructor_key(meta: &ParseNestedMeta) -> Result<bool, Error> {
    let known = ["rename", "module", "type", "unlisted"].iter().any(|key| meta.path.is_ident(key));
    Ok(known && ItemOptions::default().take(meta)?)
}

/// Reads a key of a field, if it is one of these.
pub fn is_field_key(meta: &ParseNestedMeta) -> Result<bool, Error> {
    Ok(meta.path.is_ident("rename") && ItemOptions::default().take(meta)?)
}

impl ItemOptions {
    /// Reads `#[ocaml(…)]`. Errors in what is not read here are found by others.
    pub fn parse(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut found = ItemOptions::default();
        for attribute in ocaml_attributes(attributes) {
            attribute
                .parse_nested_meta(|meta| if found.take(&meta)? { Ok(()) } else { skip(&meta) })?;
        }
        Ok(found)
    }

    fn take(&mut self, meta: &ParseNestedMeta) -> Result<bool, Error> {
        let value = || meta.value()?.parse::<LitStr>();
        if meta.path.is_ident("rename") {
            self.rename = Some(readable(value()?)?);
        } else if meta.path.is_ident("module") {
            self.module = Some(module(value()?)?);
        } else if meta.path.is_ident("type") {
            self.ocaml = Some(path(value()?)?);
        } else if meta.path.is_ident("unlisted") {
            self.unlisted = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// Passes over a key that is none of ours.
fn skip(meta: &ParseNestedMeta) -> Result<(), Error> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
}

fn checked(text: LitStr, valid: impl Fn(&str) -> bool, what: &str) -> Result<LitStr, Error> {
    if valid(&text.value()) {
        return Ok(text);
    }
    Err(Error::new(text.span(), format!("{:?} is not {what}", text.value())))
}

/// The path of an OCaml module.
pub fn module(text: LitStr) -> Result<LitStr, Error> {
    checked(text, names::is_module_path, "the path of an OCaml module, such as \"Index\"")
}

fn lowercase(text: LitStr) -> Result<LitStr, Error> {
    checked(text, names::is_lowercase, "a name that OCaml reads as that of a value")
}

fn readable(text: LitStr) -> Result<LitStr, Error> {
    checked(text, names::is_tag, "a name that OCaml reads")
}

fn path(text: LitStr) -> Result<LitStr, Error> {
    let valid = |path: &str| names::is_type_path(path) || names::is_exception_path(path);
    checked(text, valid, "the path of an OCaml type, such as \"Domain.person\"")
}
