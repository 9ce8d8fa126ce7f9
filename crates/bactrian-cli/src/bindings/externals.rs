//! Functions, exceptions and imports.

use super::doc;
use super::layout::{Doc, columns};
use super::scope::Exception;
use super::types::{Level, Printer, arrows};
use crate::error::{Error, Result};
use bactrian_schema::model::{Argument, Function, Import, Label, Passing, Type};
use bactrian_schema::names;

impl Printer<'_> {
    /// `external name : … = "symbol"`; a result that is a function has a type of its own, `result`.
    pub fn external(
        &self,
        name: &str,
        function: &Function,
        result: Option<&str>,
    ) -> Result<String> {
        let context = |error: Error| Error::new(format!("{}: {error}", function.item.origin));
        let result = match result {
            Some(result) => Ok(Doc::text(result)),
            None => self.passed(&function.result, function.result_passing, Level::Free),
        };
        let arguments = self.arguments(&function.arguments).map_err(context)?;
        let ty = arrows(arguments, result.map_err(context)?);
        let mut symbols = vec![string(&function.symbol)];
        if let Some(bytecode) = &function.bytecode {
            symbols.insert(0, string(bytecode));
        }
        let attributes = if function.noalloc { "[@@noalloc]" } else { "" };
        Ok(self.external_lines(name, &ty, &symbols, attributes))
    }

    /// As `ocamlformat` breaks it.
    fn external_lines(&self, name: &str, ty: &Doc, symbols: &[String], attributes: &str) -> String {
        let (indent, spaces) = (self.indent, " ".repeat(self.indent));
        let fits = |line: &str| indent + columns(line) <= self.margin;
        let head = format!("external {name} :");
        let flat = ty.flat();
        let primitive = format!("= {}", symbols.join(" "));
        let primitive_below = match fits(&format!("  {primitive}")) {
            true => format!("\n{spaces}  {primitive}"),
            false => {
                let symbols = symbols.join(&format!("\n{spaces}    "));
                format!("\n{spaces}  = {symbols}")
            }
        };
        let after = |text: String, last: &str| match fits(&format!("{last} {primitive}")) {
            true => format!("{text} {primitive}"),
            false => format!("{text}{primitive_below}"),
        };
        let text = if fits(&format!("{head} {flat}")) {
            after(format!("{head} {flat}"), &format!("{head} {flat}"))
        } else if fits(&format!("  {flat}")) {
            after(format!("{head}\n{spaces}  {flat}"), &format!("  {flat}"))
        } else {
            let lines = ty.render(self.margin, self.margin + 1, indent + 2);
            let last = lines.rsplit('\n').next().unwrap_or_default().to_owned();
            let relative = last.get(indent.min(last.len())..).unwrap_or_default().to_owned();
            after(format!("{head}\n{spaces}  {lines}"), &relative)
        };
        match (attributes.is_empty(), !text.contains('\n') && fits(&format!("{text} {attributes}")))
        {
            (true, _) => text,
            (false, true) => format!("{text} {attributes}"),
            (false, false) => format!("{text}\n{spaces}{attributes}"),
        }
    }

    /// The types of arguments, with their labels; none are `unit`.
    fn arguments(&self, arguments: &[Argument]) -> Result<Vec<Doc>> {
        if arguments.is_empty() {
            return Ok(vec![Doc::text("unit")]);
        }
        let argument = |argument: &Argument| {
            let ty = self.passed(&argument.ty, argument.passing, Level::Argument)?;
            let label = match &argument.label {
                Label::None => return Ok(ty),
                Label::Labelled(label) => format!("{}:", label_name(label)?),
                Label::Optional(label) => format!("?{}:", label_name(label)?),
            };
            Ok(Doc::All(vec![Doc::text(label), ty]))
        };
        arguments.iter().map(argument).collect()
    }

    fn passed(&self, ty: &Type, passing: Passing, level: Level) -> Result<Doc> {
        let attribute = match passing {
            Passing::Word => return self.ty(ty, level),
            Passing::Unboxed => "unboxed",
            Passing::Untagged => "untagged",
        };
        let ty = self.ty(ty, Level::Simple)?;
        Ok(Doc::All(vec![Doc::text("("), ty, Doc::text(format!("[@{attribute}])"))]))
    }

    /// The documentation of a function, which starts with how it is called.
    pub fn function_doc(&self, name: &str, function: &Function) -> Option<String> {
        if !self.docs {
            return None;
        }
        let unlabelled = |argument: &Argument| {
            matches!(argument.label, Label::None) && names::value(&argument.name).is_ok()
        };
        let shown = function.arguments.len() >= 2 && function.arguments.iter().any(unlabelled);
        let lead = shown.then(|| {
            let mut call = name.to_owned();
            for argument in &function.arguments {
                let text = match &argument.label {
                    Label::None if unlabelled(argument) => argument.name.clone(),
                    Label::None => "_".to_owned(),
                    Label::Labelled(label) => format!("~{label}"),
                    Label::Optional(label) => format!("?{label}"),
                };
                call.push(' ');
                call.push_str(&text);
            }
            format!("[{call}]")
        });
        doc::comment(&function.item.doc, lead.as_deref(), self.indent, self.margin)
    }

    /// `exception Name of …`
    pub fn exception(&self, exception: &Exception) -> Result<String> {
        let definition = exception.definition;
        let context = |error: Error| Error::new(format!("{}: {error}", definition.item.origin));
        // An interface cannot say what an exception is another name for.
        if let (Some(path), false) = (&definition.ocaml, self.docs) {
            let path = self.program.foreign(self.place, path).map_err(context)?;
            return Ok(format!("exception {} = {path}", exception.name));
        }
        let (flat, _) =
            self.payload(&exception.name, &definition.payload, 0, false).map_err(context)?;
        let line = format!("exception {flat}");
        if self.indent + columns(&line) <= self.margin {
            return Ok(line);
        }
        let inner = Printer { indent: self.indent + 2, ..*self };
        let (_, broken) =
            inner.payload(&exception.name, &definition.payload, 0, false).map_err(context)?;
        Ok(format!("exception\n{}{broken}", " ".repeat(inner.indent)))
    }

    /// `Callback.register "Maths.twice" (Maths.twice : int -> int)`
    pub fn registration(&self, import: &Import) -> Result<String> {
        let context = |error: Error| Error::new(format!("{}: {error}", import.item.origin));
        let path = self.program.foreign(self.place, &import.registered).map_err(context)?;
        let arguments = self.arguments(&import.arguments).map_err(context)?;
        let result = self.ty(&import.result, Level::Free).map_err(context)?;
        let ty = if import.constant { result } else { arrows(arguments, result) };
        let head = format!("Callback.register {}", string(&import.registered));
        let value = format!("({path} : {})", ty.flat());
        let spaces = " ".repeat(self.indent);
        let fits = |line: &str| self.indent + columns(line) < self.margin;
        Ok(if fits(&format!("{head} {value}")) {
            format!("{head} {value}")
        } else if fits(&format!("  {value}")) {
            format!("{head}\n{spaces}  {value}")
        } else {
            let ty = ty.render(self.margin, self.margin + 1, self.indent + 7);
            format!("{head}\n{spaces}  ({path}\n{spaces}     : {ty})")
        })
    }
}

fn label_name(label: &str) -> Result<&str> {
    if names::is_lowercase(label) {
        return Ok(label);
    }
    Err(Error::new(format!("OCaml cannot read `{label}` as a label")))
}

/// A string of OCaml.
pub fn string(text: &str) -> String {
    let mut string = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => string.extend(['\\', letter]),
            '\n' => string.push_str("\\n"),
            control if control.is_control() => {
                let mut bytes = [0; 4];
                for byte in control.encode_utf8(&mut bytes).bytes() {
                    string.push_str(&format!("\\{byte:03}"));
                }
            }
            _ => string.push(letter),
        }
    }
    string.push('"');
    string
}
