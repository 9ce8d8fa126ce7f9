//! The Rust types to which OCaml types convert.

use super::{Form, PARTS, Place, Types, Why, parameter};
use crate::imports::interface::{Payload, Ty};
use std::collections::HashSet;

/// A Rust type that converts.
pub struct Native {
    pub text: String,
    /// Whether it stands for the OCaml type by default: otherwise the marker must be named.
    default: bool,
}

impl Types<'_> {
    /// The Rust type to which a type converts, and the marker where it must be named.
    pub fn field(&self, ty: &Ty, place: Place) -> Result<(String, Option<String>), Why> {
        let native = self.native(ty, place)?;
        let marker = if native.default { None } else { Some(self.marker(ty, place)?) };
        Ok((native.text, marker))
    }

    /// The Rust type to which a type converts; a root where that has no such type.
    pub(super) fn native(&self, ty: &Ty, place: Place) -> Result<Native, Why> {
        let default = |text: &str| Native { text: text.to_owned(), default: true };
        let other = |text: &str| Native { text: text.to_owned(), default: false };
        Ok(match ty {
            Ty::Variable(number) if place.inside.is_some() => default(&parameter(*number)),
            Ty::Tuple(types) if types.len() <= PARTS => {
                let parts =
                    types.iter().map(|ty| self.native(ty, place)).collect::<Result<Vec<_>, _>>()?;
                let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
                Native {
                    text: format!("({})", texts.join(", ")),
                    default: parts.iter().all(|part| part.default),
                }
            }
            Ty::Arrow(..) => default(&self.function(ty, place)?),
            Ty::Local(path, arguments) => {
                if let Some(expanded) = self.expand(path, arguments) {
                    return self.native(&expanded, place);
                }
                let text = self.local(path, arguments, place)?;
                match self.definition(path).map(|definition| &definition.form) {
                    Some(Form::Opaque(_)) | None => self.root(&text),
                    // Within itself a type needs something of a known size. Every circle of types has a step back in their
                    // order; the others need no box.
                    _ if place.inside.is_some_and(|inside| {
                        self.by_path[path] <= self.by_path[inside] && self.reaches(path, inside)
                    }) =>
                    {
                        default(&format!("Box<{text}>"))
                    }
                    _ => default(&text),
                }
            }
            Ty::Global(path, arguments) | Ty::Alias(path, arguments, _) => {
                let stripped = path.strip_prefix("Stdlib.").unwrap_or(path);
                match (stripped, arguments.as_slice()) {
                    ("int", []) => default("i64"),
                    ("float", []) => default("f64"),
                    ("bool", []) => default("bool"),
                    ("string", []) => default("String"),
                    ("char", []) => default("char"),
                    ("unit", []) => default("()"),
                    ("bytes", []) => other("Vec<u8>"),
                    ("int32", []) => other("i32"),
                    ("int64", []) => other("i64"),
                    ("nativeint", []) => other("isize"),
                    ("list", [one]) => {
                        let one = self.unboxed(one, place)?;
                        Native { text: format!("Vec<{}>", one.text), default: one.default }
                    }
                    ("array", [one]) => other(&format!("Vec<{}>", self.unboxed(one, place)?.text)),
                    ("option", [one]) => {
                        let one = self.native(one, place)?;
                        Native { text: format!("Option<{}>", one.text), default: one.default }
                    }
                    ("result", [ok, error]) => {
                        let (ok, error) = (self.native(ok, place)?, self.native(error, place)?);
                        Native {
                            text: format!("Result<{}, {}>", ok.text, error.text),
                            default: ok.default && error.default,
                        }
                    }
                    _ => match ty {
                        Ty::Alias(_, _, expanded)
                            if self.known_marker(path, arguments, place)?.is_none()
                                && self.attempt(|| self.native(expanded, place)).is_ok() =>
                        {
                            self.native(expanded, place)?
                        }
                        _ => self.root(&self.marker(ty, place)?),
                    },
                }
            }
            _ => self.root(&self.marker(ty, place)?),
        })
    }

    /// As [`native`](Self::native), in a `Vec`, which is of a known size by itself.
    fn unboxed(&self, ty: &Ty, place: Place) -> Result<Native, Why> {
        let mut native = self.native(ty, place)?;
        if let Some(inner) =
            native.text.strip_prefix("Box<").and_then(|text| text.strip_suffix('>'))
        {
            native.text = inner.to_owned();
        }
        Ok(native)
    }

    /// A type that stands for its OCaml type by default, as type arguments must.
    pub(super) fn argument(&self, ty: &Ty, place: Place) -> Result<String, Why> {
        let native = self.unboxed(ty, place)?;
        if native.default { Ok(native.text) } else { Ok(self.root(&self.marker(ty, place)?).text) }
    }

    fn root(&self, marker: &str) -> Native {
        Native { text: format!("{}<{marker}>", self.uses("BoxRoot")), default: true }
    }

    /// Whether a type contains another, or itself, by any way that is not a list or an array.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = HashSet::new();
        let mut waiting = vec![from.to_owned()];
        while let Some(path) = waiting.pop() {
            if path == to {
                return true;
            }
            if !seen.insert(path.clone()) {
                continue;
            }
            let Some(definition) = self.definition(&path) else { continue };
            let mut add = |ty: &Ty| directly(ty, &mut waiting);
            match &definition.form {
                Form::Record(fields) => fields.iter().for_each(|field| add(&field.ty)),
                Form::Variant(constructors) => {
                    for constructor in *constructors {
                        match &constructor.payload {
                            Payload::Tuple(types) => types.iter().for_each(&mut add),
                            Payload::Record(fields) => {
                                fields.iter().for_each(|field| add(&field.ty))
                            }
                        }
                    }
                }
                Form::Tags(tags) => tags.iter().filter_map(|(_, ty)| ty.as_ref()).for_each(add),
                Form::Alias(ty) => add(ty),
                Form::Opaque(_) => {}
            }
        }
        false
    }
}

/// The types that are within another without a list or an array between them.
fn directly(ty: &Ty, found: &mut Vec<String>) {
    match ty {
        Ty::Local(path, arguments) => {
            found.push(path.clone());
            arguments.iter().for_each(|ty| directly(ty, found));
        }
        Ty::Tuple(types) => types.iter().for_each(|ty| directly(ty, found)),
        Ty::Global(path, arguments)
            if path == "option" || path == "result" || path == "Stdlib.result" =>
        {
            arguments.iter().for_each(|ty| directly(ty, found));
        }
        Ty::Alias(_, _, expanded) => directly(expanded, found),
        _ => {}
    }
}
