//! An OCaml interface, as the reader found it.

use super::sexp::Sexp;
use crate::error::{Error, Result};

/// A module.
#[derive(Debug)]
pub struct Interface {
    /// The path of the module.
    pub name: String,
    /// What it has.
    pub items: Vec<Item>,
}

/// What a module has.
#[derive(Debug)]
pub enum Item {
    /// `val`, `external`
    Value { name: String, doc: String, ty: Ty },
    /// `type`
    Type(TypeItem),
    /// `exception`
    Exception { name: String, doc: String, payload: Payload },
    /// `module`
    Module { name: String, doc: String, items: Vec<Item> },
    /// What the reader has left out, and why.
    Skipped { what: String, name: String, why: String },
}

/// A definition of a type.
#[derive(Debug)]
pub struct TypeItem {
    pub name: String,
    pub parameters: usize,
    pub doc: String,
    pub private: bool,
    pub constrained: bool,
    pub unboxed: bool,
    /// A record that OCaml keeps as a flat array of floats.
    pub flat: bool,
    pub kind: Kind,
    pub manifest: Option<Ty>,
}

/// What a type is made of.
#[derive(Debug)]
pub enum Kind {
    /// Nothing is said.
    None,
    Record(Vec<Field>),
    Variant(Vec<Constructor>),
    Extensible,
}

#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub mutable: bool,
    pub doc: String,
    pub ty: Ty,
}

#[derive(Debug)]
pub struct Constructor {
    pub name: String,
    pub gadt: bool,
    pub doc: String,
    pub payload: Payload,
}

#[derive(Debug)]
pub enum Payload {
    Tuple(Vec<Ty>),
    Record(Vec<Field>),
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// A variable, by number.
    Variable(usize),
    Tuple(Vec<Ty>),
    Arrow(Label, Box<Ty>, Box<Ty>),
    /// A type of this interface, by its path in it.
    Local(String, Vec<Ty>),
    /// A type of another module.
    Global(String, Vec<Ty>),
    /// One that stands for another.
    Alias(String, Vec<Ty>, Box<Ty>),
    /// A closed polymorphic variant.
    Tags(Vec<(String, Option<Ty>)>),
    /// What has no counterpart in Rust.
    Unsupported(String),
}

/// The label of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    None,
    Labelled(String),
    /// The type is that of the option's contents.
    Optional(String),
}

/// The parts of a list.
struct Parts<'a>(std::slice::Iter<'a, Sexp>);

fn wrong() -> Error {
    Error::new("the OCaml program that reads interfaces printed something unknown")
}

impl<'a> Parts<'a> {
    fn text(&mut self) -> Result<String> {
        match self.0.next() {
            Some(Sexp::Text(text)) => Ok(text.clone()),
            _ => Err(wrong()),
        }
    }

    fn number(&mut self) -> Result<usize> {
        self.text()?.parse().map_err(|_| wrong())
    }

    fn list(&mut self) -> Result<(&'a str, Parts<'a>)> {
        self.next_list().ok_or_else(wrong)
    }

    fn next_list(&mut self) -> Option<(&'a str, Parts<'a>)> {
        match self.0.next() {
            Some(Sexp::List(word, parts)) => Some((word, Parts(parts.iter()))),
            _ => None,
        }
    }

    /// Whether the next part is this word alone; it is passed over if so.
    fn flag(&mut self, name: &str) -> bool {
        let mut ahead = self.0.clone();
        let there = matches!(ahead.next(), Some(Sexp::List(word, parts)) if word == name && parts.is_empty());
        if there {
            self.0 = ahead;
        }
        there
    }

    fn all<T>(mut self, read: impl Fn(&str, Parts<'a>) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some((word, parts)) = self.next_list() {
            all.push(read(word, parts)?);
        }
        Ok(all)
    }
}

/// Reads the whole.
///
/// # Errors
/// When it is not what the reader prints.
pub fn interface(sexp: &Sexp) -> Result<Interface> {
    let Sexp::List(word, parts) = sexp else { return Err(wrong()) };
    if word != "interface" {
        return Err(wrong());
    }
    let mut parts = Parts(parts.iter());
    Ok(Interface { name: parts.text()?, items: parts.all(item)? })
}

fn item(word: &str, mut parts: Parts) -> Result<Item> {
    Ok(match word {
        "value" => {
            Item::Value { name: parts.text()?, doc: parts.text()?, ty: next_ty(&mut parts)? }
        }
        "type" => Item::Type(type_item(parts)?),
        "exception" => Item::Exception {
            name: parts.text()?,
            doc: parts.text()?,
            payload: payload(&mut parts)?,
        },
        "module" => {
            Item::Module { name: parts.text()?, doc: parts.text()?, items: parts.all(item)? }
        }
        "skipped" => Item::Skipped { what: parts.text()?, name: parts.text()?, why: parts.text()? },
        _ => return Err(wrong()),
    })
}

fn type_item(mut parts: Parts) -> Result<TypeItem> {
    let (name, parameters) = (parts.text()?, parts.number()?);
    let (private, constrained) = (parts.flag("private"), parts.flag("constrained"));
    let doc = parts.text()?;
    let (unboxed, flat) = (parts.flag("unboxed"), parts.flag("flat"));
    let (mut kind, mut manifest) = (Kind::None, None);
    while let Some((word, mut inner)) = parts.next_list() {
        match word {
            "record" => kind = Kind::Record(inner.all(field)?),
            "variant" => kind = Kind::Variant(inner.all(constructor)?),
            "extensible" => kind = Kind::Extensible,
            "manifest" => manifest = Some(next_ty(&mut inner)?),
            _ => return Err(wrong()),
        }
    }
    Ok(TypeItem { name, parameters, doc, private, constrained, unboxed, flat, kind, manifest })
}

fn field(word: &str, mut parts: Parts) -> Result<Field> {
    if word != "field" {
        return Err(wrong());
    }
    Ok(Field {
        name: parts.text()?,
        mutable: parts.flag("mutable"),
        doc: parts.text()?,
        ty: next_ty(&mut parts)?,
    })
}

fn constructor(word: &str, mut parts: Parts) -> Result<Constructor> {
    if word != "constructor" {
        return Err(wrong());
    }
    Ok(Constructor {
        name: parts.text()?,
        gadt: parts.flag("gadt"),
        doc: parts.text()?,
        payload: payload(&mut parts)?,
    })
}

fn payload(parts: &mut Parts) -> Result<Payload> {
    let (word, parts) = parts.list()?;
    Ok(match word {
        "tuple" => Payload::Tuple(parts.all(ty)?),
        "record" => Payload::Record(parts.all(field)?),
        _ => return Err(wrong()),
    })
}

fn next_ty(parts: &mut Parts) -> Result<Ty> {
    let (word, parts) = parts.list()?;
    ty(word, parts)
}

fn ty(word: &str, mut parts: Parts) -> Result<Ty> {
    Ok(match word {
        "var" => Ty::Variable(parts.number()?),
        "tuple" => Ty::Tuple(parts.all(ty)?),
        "arrow" => {
            let (kind, name) = (parts.text()?, parts.text()?);
            let label = match kind.as_str() {
                "labelled" => Label::Labelled(name),
                "optional" => Label::Optional(name),
                _ => Label::None,
            };
            Ty::Arrow(label, Box::new(next_ty(&mut parts)?), Box::new(next_ty(&mut parts)?))
        }
        "local" => Ty::Local(parts.text()?, parts.all(ty)?),
        "global" => Ty::Global(parts.text()?, parts.all(ty)?),
        "alias" => {
            let path = parts.text()?;
            let (_, arguments) = parts.list()?;
            Ty::Alias(path, arguments.all(ty)?, Box::new(next_ty(&mut parts)?))
        }
        "tags" => Ty::Tags(parts.all(|_, mut tag| {
            let name = tag.text()?;
            Ok((name, tag.next_list().map(|(word, parts)| ty(word, parts)).transpose()?))
        })?),
        "unsupported" => Ty::Unsupported(parts.text()?),
        _ => return Err(wrong()),
    })
}
