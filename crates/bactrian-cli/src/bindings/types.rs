//! Types, as OCaml writes them.

use super::doc;
use super::layout::{Doc, columns};
use super::scope::{Definition, Place, Program, constructor_name, field_name};
use crate::error::{Error, Result};
use bactrian_schema::model::{Constructor, Field, Payload, Shape, Type};
use bactrian_schema::names;
use std::collections::HashSet;

/// Where a type stands, as far as parentheses go.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Level {
    /// Anything will do.
    Free,
    /// No function: the argument of one.
    Argument,
    /// Neither function nor tuple.
    Simple,
}

/// A printer, for one place and width.
#[derive(Clone, Copy)]
pub struct Printer<'p> {
    pub program: &'p Program<'p>,
    pub place: Place<'p>,
    /// The columns that there are, and those that are taken at the left.
    pub margin: usize,
    pub indent: usize,
    /// Whether documentation is wanted: in interfaces only.
    pub docs: bool,
}

impl Printer<'_> {
    /// A type.
    pub fn ty(&self, ty: &Type, level: Level) -> Result<Doc> {
        match ty {
            Type::Variable(number) => Ok(Doc::text(variable(*number))),
            Type::Named { name, arguments } => {
                if !names::is_type_path(name) {
                    return Err(Error::new(format!("`{name}` is not the path of an OCaml type")));
                }
                self.applied(&self.program.foreign(self.place, name)?, arguments)
            }
            Type::Rust { path, arguments } => {
                self.applied(&self.program.reference(self.place, path)?, arguments)
            }
            Type::Tuple(types) => {
                let tuple = self.separated(types, Level::Simple, || {
                    Doc::All(vec![Doc::Line, Doc::text("* ")])
                })?;
                Ok(parenthesised(tuple, level > Level::Argument))
            }
            Type::Function { arguments, result } => {
                let arguments = arguments
                    .iter()
                    .map(|ty| self.ty(ty, Level::Argument))
                    .collect::<Result<Vec<_>>>()?;
                let result = self.ty(result, Level::Free)?;
                Ok(parenthesised(arrows(arguments, result), level > Level::Free))
            }
            Type::Unknown { rust } => Err(Error::new(format!(
                "the OCaml type of `{rust}` is not described: for a marker of yours, write #[derive(DescribeOCaml)] \
                 #[ocaml(type = \"Module.name\")]; or leave the function out of the bindings with `unlisted`"
            ))),
        }
    }

    fn applied(&self, name: &str, arguments: &[Type]) -> Result<Doc> {
        Ok(match arguments {
            [] => Doc::text(name),
            [one] => {
                let one = self.ty(one, Level::Simple)?;
                Doc::All(vec![one, Doc::Line, Doc::text(name)]).group()
            }
            all => {
                let all =
                    self.separated(all, Level::Free, || Doc::All(vec![Doc::text(","), Doc::Line]))?;
                Doc::All(vec![
                    Doc::text("("),
                    all.nest(1),
                    Doc::text(")"),
                    Doc::Line,
                    Doc::text(name),
                ])
                .group()
            }
        })
    }

    fn separated(&self, types: &[Type], level: Level, between: impl Fn() -> Doc) -> Result<Doc> {
        let mut docs = Vec::new();
        for ty in types {
            if !docs.is_empty() {
                docs.push(between());
            }
            docs.push(self.ty(ty, level)?);
        }
        Ok(Doc::All(docs).group())
    }

    /// `a * b`, the arguments of a constructor.
    fn product(&self, types: &[Type]) -> Result<Doc> {
        match types {
            [one] => self.ty(one, Level::Argument),
            all => {
                self.separated(all, Level::Simple, || Doc::All(vec![Doc::Line, Doc::text("* ")]))
            }
        }
    }

    /// The documentation of something, on lines of its own.
    pub fn doc(&self, text: &str) -> Option<String> {
        if !self.docs {
            return None;
        }
        doc::comment(text, None, self.indent, self.margin)
    }

    fn spaces(&self) -> String {
        " ".repeat(self.indent)
    }

    fn fits(&self, line: &str) -> bool {
        !line.contains('\n') && self.indent + columns(line) <= self.margin
    }

    /// `type name = …`, after the keyword.
    pub fn definition(&self, keyword: &str, definition: &Definition) -> Result<String> {
        let context = |error: Error| Error::new(format!("{}: {error}", definition.item.origin));
        self.definition_of(keyword, definition).map_err(context)
    }

    fn definition_of(&self, keyword: &str, definition: &Definition) -> Result<String> {
        let parameters = applied_variables(&definition.parameters);
        let head = format!("{keyword} {parameters}{}", definition.name);
        let manifest = match definition.ocaml {
            Some(path) => Some(format!("{parameters}{}", self.program.foreign(self.place, path)?)),
            None => None,
        };
        let mut attributes = Vec::new();
        if definition.unboxed {
            attributes.push("[@@unboxed]".to_owned());
        }
        if manifest.is_some() {
            attributes.push(format!("[@@bactrian.rust \"{}\"]", definition.rust));
        }
        let attributes = attributes.join(" ");
        // What comes before the definition: `type t` or `type t = M.t`.
        let all = match &manifest {
            Some(manifest) => format!("{head} = {manifest}"),
            None => head.clone(),
        };
        let (flat, broken) = match definition.shape {
            Shape::Abstract => (all.clone(), all),
            Shape::Alias(_) | Shape::PolymorphicVariant(_) if manifest.is_some() => {
                (all.clone(), all)
            }
            Shape::Alias(ty) => {
                let doc = self.ty(ty, Level::Free)?;
                let rendered = doc.render(self.margin, self.indent + 2, self.indent + 2);
                let broken = format!("{all} =\n{}  {rendered}", self.spaces());
                (format!("{all} = {}", doc.flat()), broken)
            }
            Shape::Record { fields, .. } => {
                let (flat, broken) = self.fields(fields, 0)?;
                (
                    format!("{all} = {flat}"),
                    format!("{} = {broken}", self.long_head(&head, &manifest)),
                )
            }
            Shape::Variant(constructors) | Shape::PolymorphicVariant(constructors) => {
                let polymorphic = matches!(definition.shape, Shape::PolymorphicVariant(_));
                let (flat, broken) = self.constructors(constructors, polymorphic)?;
                let head = self.long_head(&head, &manifest);
                (format!("{all} = {flat}"), format!("{head} =\n{broken}"))
            }
        };
        let with = |text: &str, between: &str| match attributes.is_empty() {
            true => text.to_owned(),
            false => format!("{text}{between}{attributes}"),
        };
        let line = with(&flat, " ");
        let below = format!("\n{}", self.spaces());
        Ok(if self.fits(&line) {
            line
        } else if self.fits(&flat) {
            with(&flat, &below)
        } else {
            with(&broken, &below)
        })
    }

    /// `type t = M.t`, on two lines if it is too long for one.
    fn long_head(&self, head: &str, manifest: &Option<String>) -> String {
        match manifest {
            None => head.to_owned(),
            Some(manifest) => {
                let line = format!("{head} = {manifest}");
                if self.fits(&format!("{line} = {{")) {
                    return line;
                }
                format!("{head} =\n{}      {manifest}", self.spaces())
            }
        }
    }

    /// A record on one line, and on several; these are indented so much more than the definition.
    fn fields(&self, fields: &[Field], more: usize) -> Result<(String, String)> {
        let mut seen = HashSet::new();
        let inner = Printer { indent: self.indent + more + 2, ..*self };
        let (mut flat, mut broken) = (String::from("{"), String::from("{\n"));
        for (index, field) in fields.iter().enumerate() {
            let name = field_name(field)?;
            if !names::is_lowercase(&name) {
                return Err(Error::new(format!(
                    "OCaml cannot read `{name}` as the name of a field"
                )));
            }
            if !seen.insert(name.clone()) {
                return Err(Error::new(format!("two of its fields are `{name}` to OCaml")));
            }
            let mutable = if field.mutable { "mutable " } else { "" };
            let head = format!("{mutable}{name} :");
            let ty = self.ty(&field.ty, Level::Free)?;
            let last = index + 1 == fields.len();
            flat.push_str(&format!(" {head} {}{}", ty.flat(), if last { "" } else { ";" }));
            let line = format!("{head} {};", ty.flat());
            let text = if inner.fits(&line) {
                line
            } else {
                let rendered = ty.render(inner.margin, inner.indent + 2, inner.indent + 2);
                format!("{head}\n{}  {rendered};", inner.spaces())
            };
            let (inline, below) = inner.with_doc(&text, &field.doc);
            if let Some(doc) = inline {
                flat.push_str(&format!("  {doc}"));
            }
            broken.push_str(&format!("{}{below}\n", inner.spaces()));
        }
        flat.push_str(" }");
        broken.push_str(&format!("{}}}", " ".repeat(self.indent + more)));
        Ok((flat, broken))
    }

    /// The documentation of a field or constructor as it is on one line, and all of it with the documentation.
    fn with_doc(&self, text: &str, doc: &str) -> (Option<String>, String) {
        let wide = Printer { indent: self.indent + 4, ..*self };
        let Some(below) = wide.doc(doc) else { return (None, text.to_owned()) };
        let one = Printer { margin: usize::MAX, indent: 0, ..*self }.doc(doc).unwrap_or_default();
        let last = text.rsplit('\n').next().unwrap_or(text);
        let indent = if text.contains('\n') { 0 } else { self.indent };
        let line = format!("{last}  {one}");
        if !one.contains('\n') && indent + columns(&line) <= self.margin {
            return (Some(one.clone()), format!("{text}  {one}"));
        }
        // What does not fit on a line makes the whole of it too long for one.
        (Some(below.clone()), format!("{text}\n{}{below}", wide.spaces()))
    }

    /// Constructors on one line, and on several.
    fn constructors(
        &self,
        constructors: &[Constructor],
        polymorphic: bool,
    ) -> Result<(String, String)> {
        let mut seen = HashSet::new();
        let (mut flat, mut broken) = (Vec::new(), Vec::new());
        for (index, constructor) in constructors.iter().enumerate() {
            let name = constructor_name(constructor, polymorphic)?;
            if !polymorphic && !names::is_uppercase(&name) {
                return Err(Error::new(format!(
                    "OCaml cannot read `{name}` as the name of a constructor"
                )));
            }
            if !seen.insert(name.clone()) {
                return Err(Error::new(format!("two of its constructors are `{name}` to OCaml")));
            }
            let bar = match (polymorphic, index) {
                (true, 0) => "  [ ",
                _ => "  | ",
            };
            let inner = Printer { indent: self.indent + 2, ..*self };
            let end = match polymorphic && index + 1 == constructors.len() {
                true => " ]",
                false => "",
            };
            let (one, several) = inner.payload(&name, &constructor.payload, 2, polymorphic)?;
            let text = if inner.fits(&format!("| {one}{end}")) { one.clone() } else { several };
            let (inline, below) = Printer { indent: self.indent + 2, ..*self }
                .with_doc(&format!("| {text}"), &constructor.doc);
            flat.push(match inline {
                Some(doc) => format!("{one}  {doc}"),
                None => one,
            });
            broken.push(format!("{}{bar}{}{end}", self.spaces(), &below[2..]));
        }
        if constructors.is_empty() {
            return Ok(("|".to_owned(), format!("{}  |", self.spaces())));
        }
        let line = flat.join(" | ");
        let line = if polymorphic { format!("[ {line} ]") } else { line };
        Ok((line, broken.join("\n")))
    }

    /// A constructor with its arguments, on one line and on several; `more` is the width of the bar before it.
    pub fn payload(
        &self,
        name: &str,
        payload: &Payload,
        more: usize,
        polymorphic: bool,
    ) -> Result<(String, String)> {
        match payload {
            Payload::Tuple(types) if types.is_empty() => Ok((name.to_owned(), name.to_owned())),
            Payload::Tuple(types) => {
                let doc = match (polymorphic, types.as_slice()) {
                    (true, [one]) => self.ty(one, Level::Free)?,
                    _ => self.product(types)?,
                };
                let indent = self.indent + more + 2;
                let rendered = doc.render(self.margin, indent, indent);
                Ok((
                    format!("{name} of {}", doc.flat()),
                    format!("{name} of\n{}{rendered}", " ".repeat(indent)),
                ))
            }
            Payload::Record(fields) => {
                let (flat, broken) = self.fields(fields, more)?;
                Ok((format!("{name} of {flat}"), format!("{name} of {broken}")))
            }
        }
    }
}

/// `a -> b -> r`
pub fn arrows(arguments: Vec<Doc>, result: Doc) -> Doc {
    let mut docs = Vec::new();
    for argument in arguments {
        docs.extend([argument, Doc::text(" ->"), Doc::Line]);
    }
    docs.push(result);
    Doc::All(docs).group()
}

fn parenthesised(doc: Doc, needed: bool) -> Doc {
    if !needed {
        return doc;
    }
    Doc::All(vec![Doc::text("("), doc.nest(1), Doc::text(")")])
}

/// `'a`, `'b` … `'z`, `'a1` …
pub fn variable(number: u32) -> String {
    let letter = char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
    match number / 26 {
        0 => format!("'{letter}"),
        more => format!("'{letter}{more}"),
    }
}

/// `'a ` or `('a, 'b) `, before the name of a type.
fn applied_variables(parameters: &[u32]) -> String {
    let names = parameters.iter().map(|number| variable(*number)).collect::<Vec<_>>();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("{one} "),
        all => format!("({}) ", all.join(", ")),
    }
}

/// The variables of types, in the order in which they are met.
pub fn variables_of<'t>(types: impl IntoIterator<Item = &'t Type>) -> Vec<u32> {
    fn visit(ty: &Type, found: &mut Vec<u32>) {
        match ty {
            Type::Variable(number) => {
                if !found.contains(number) {
                    found.push(*number);
                }
            }
            Type::Named { arguments, .. }
            | Type::Rust { arguments, .. }
            | Type::Tuple(arguments) => {
                arguments.iter().for_each(|argument| visit(argument, found));
            }
            Type::Function { arguments, result } => {
                arguments.iter().for_each(|argument| visit(argument, found));
                visit(result, found);
            }
            Type::Unknown { .. } => {}
        }
    }
    let mut found = Vec::new();
    types.into_iter().for_each(|ty| visit(ty, &mut found));
    found
}
