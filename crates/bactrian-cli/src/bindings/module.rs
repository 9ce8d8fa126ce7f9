//! Modules: what is in them, in an order that OCaml accepts.

use super::externals::string;
use super::order;
use super::scope::{Definition, Exception, Module, Place, payload_mentions, shape_mentions};
use super::types::{Level, Printer, variable, variables_of};
use crate::error::{Error, Result};
use bactrian_schema::model::{Function, Origin, Shape, Type};
use std::collections::HashSet;

/// A part of a module that others may need.
enum Part<'m, 'a> {
    Type(&'m Definition<'a>),
    Exception(&'m Exception<'a>),
    Module(&'m str, &'m Module<'a>),
}

impl Part<'_, '_> {
    fn origin(&self) -> Option<&Origin> {
        match self {
            Part::Type(definition) => Some(&definition.item.origin),
            Part::Exception(exception) => Some(&exception.definition.item.origin),
            Part::Module(_, module) => module.first(),
        }
    }
}

/// Something that was printed.
struct Printed {
    text: String,
    /// What it is: things of one kind that are short need no line between them.
    kind: &'static str,
    documented: bool,
}

impl Printed {
    fn new(kind: &'static str, text: String) -> Self {
        Printed { text, kind, documented: false }
    }

    /// With its documentation before or after it.
    fn documented(mut self, doc: Option<String>, before: bool, spaces: &str) -> Self {
        if let Some(doc) = doc {
            self.documented = true;
            self.text = match before {
                true => format!("{doc}\n{spaces}{}", self.text),
                false => format!("{}\n{spaces}{doc}", self.text),
            };
        }
        self
    }
}

impl Printer<'_> {
    fn margin_spaces(&self) -> String {
        " ".repeat(self.indent)
    }

    /// The contents of a module.
    pub fn module(&self, module: &Module) -> Result<String> {
        let here =
            Printer { place: Place { unit: self.place.unit, module: &module.path }, ..*self };
        let mut printed = here.parts(module)?;
        for (name, function) in &module.functions {
            here.function(module, name, function, &mut printed)?;
        }
        let spaces = self.margin_spaces();
        let mut text = String::new();
        for (index, item) in printed.iter().enumerate() {
            if let Some(previous) = index.checked_sub(1).map(|index| &printed[index]) {
                let short = |item: &Printed| !item.documented && !item.text.contains('\n');
                let close = short(previous) && short(item) && previous.kind == item.kind;
                text.push_str(if close { "\n" } else { "\n\n" });
            }
            text.push_str(&spaces);
            text.push_str(&item.text);
        }
        text.push('\n');
        Ok(text)
    }

    fn function(
        &self,
        module: &Module,
        name: &str,
        function: &Function,
        printed: &mut Vec<Printed>,
    ) -> Result<()> {
        // OCaml would count the arrows of the result as the function's own.
        let result = match &function.result {
            Type::Function { .. } => {
                let variables = variables_of([&function.result]);
                let own = format!("{name}_result");
                if module.types.iter().any(|definition| definition.name == own) {
                    return Err(Error::new(format!(
                        "{}: its result needs the type name `{own}`, which is taken: rename one of them",
                        function.item.origin
                    )));
                }
                let arguments = match variables.as_slice() {
                    [] => String::new(),
                    [one] => format!("{} ", variable(*one)),
                    all => {
                        let all = all.iter().map(|number| variable(*number)).collect::<Vec<_>>();
                        format!("({}) ", all.join(", "))
                    }
                };
                let ty = self.ty(&function.result, Level::Free)?;
                let text = format!("type {arguments}{own} = {}", ty.flat());
                printed.push(Printed::new("type", text));
                Some(format!("{arguments}{own}"))
            }
            _ => None,
        };
        let text = self.external(name, function, result.as_deref())?;
        let doc = self.function_doc(name, function);
        let spaces = self.margin_spaces();
        printed.push(Printed::new("external", text).documented(doc, false, &spaces));
        Ok(())
    }

    /// Types, exceptions and modules, each after what it needs.
    fn parts(&self, module: &Module) -> Result<Vec<Printed>> {
        let mut parts = module.types.iter().map(Part::Type).collect::<Vec<_>>();
        parts.extend(module.exceptions.iter().map(Part::Exception));
        parts.extend(module.children.iter().map(|(name, child)| Part::Module(name, child)));
        parts.sort_by(|a, b| a.origin().cmp(&b.origin()));
        let needs = parts.iter().map(|part| self.needs(part, &parts)).collect::<Vec<_>>();
        let mut printed = Vec::new();
        for group in order::groups(&needs) {
            let group = group.iter().map(|&index| &parts[index]).collect::<Vec<_>>();
            match group.as_slice() {
                [Part::Exception(exception)] => self.print_exception(exception, &mut printed)?,
                [Part::Module(name, child)] => {
                    let inner = Printer { indent: self.indent + 2, ..*self };
                    let (open, spaces) =
                        (if self.docs { ": sig" } else { "= struct" }, self.margin_spaces());
                    let contents = inner.module(child)?;
                    let text = format!("module {name} {open}\n{contents}{spaces}end");
                    printed.push(Printed::new("module", text));
                }
                types => {
                    let definitions = types
                        .iter()
                        .map(|part| match part {
                            Part::Type(definition) => Ok(*definition),
                            _ => Err(circle(types)),
                        })
                        .collect::<Result<Vec<_>>>()?;
                    self.print_types(&definitions, &mut printed)?;
                }
            }
        }
        Ok(printed)
    }

    /// The parts that a part needs, by number.
    fn needs(&self, part: &Part, parts: &[Part]) -> Vec<usize> {
        let mut needs = Vec::new();
        let here = self.place.module;
        let mut visit = |path: &str| {
            let Some((module, name)) = self.program.module_of(self.place.unit, path) else {
                return;
            };
            let Some(rest) = module.strip_prefix(here) else { return };
            let found = parts.iter().position(|part| match (part, rest) {
                (Part::Type(definition), []) => definition.name == name,
                (Part::Module(child, _), [first, ..]) => child == first,
                _ => false,
            });
            needs.extend(found);
        };
        match part {
            Part::Type(definition) => shape_mentions(definition.shape, &mut visit),
            Part::Exception(exception) => {
                payload_mentions(&exception.definition.payload, &mut visit);
            }
            Part::Module(name, child) => {
                child.mentions(&mut visit);
                // A module may mention itself.
                needs
                    .retain(|&index| !matches!(&parts[index], Part::Module(own, _) if own == name));
            }
        }
        needs
    }

    fn print_exception(&self, exception: &Exception, printed: &mut Vec<Printed>) -> Result<()> {
        let definition = exception.definition;
        let text = self.exception(exception)?;
        let doc = self.doc(&definition.item.doc);
        let spaces = self.margin_spaces();
        printed.push(Printed::new("exception", text).documented(doc, false, &spaces));
        if !self.docs {
            self.program.foreign(self.place, "Callback.register")?;
            let head = format!("let () = Callback.register {}", string(&definition.registered));
            let value = format!("[%extension_constructor {}]", exception.name);
            let line = format!("{head} {value}");
            let text = match self.indent + line.chars().count() <= self.margin {
                true => line,
                false => format!(
                    "let () =\n{spaces}  Callback.register {} {value}",
                    string(&definition.registered)
                ),
            };
            printed.push(Printed::new("let", text));
        }
        Ok(())
    }

    /// Types that need each other.
    fn print_types(&self, definitions: &[&Definition], printed: &mut Vec<Printed>) -> Result<()> {
        let spaces = self.margin_spaces();
        if share_names(definitions) {
            // Labels and constructors that several of the types have.
            printed.push(Printed::new("attribute", "[@@@warning \"-30\"]".to_owned()));
        }
        let mut text = String::new();
        let mut documented = false;
        let mut previous_long = false;
        for (index, definition) in definitions.iter().enumerate() {
            let keyword = if index == 0 { "type" } else { "and" };
            let item = Printed::new("type", self.definition(keyword, definition)?).documented(
                self.doc(&definition.item.doc),
                // After a variant it would be the last constructor's.
                matches!(definition.shape, Shape::Variant(_)),
                &spaces,
            );
            let long = item.documented || item.text.contains('\n');
            if index != 0 {
                text.push_str(if long || previous_long { "\n\n" } else { "\n" });
                text.push_str(&spaces);
            }
            previous_long = long;
            documented |= item.documented;
            text.push_str(&item.text);
        }
        printed.push(Printed { text, kind: "type", documented });
        if !self.docs {
            for definition in definitions {
                if let Some(text) = self.equality(definition)? {
                    printed.push(Printed::new("let", text));
                }
            }
        }
        Ok(())
    }

    /// `let _ : Domain.point -> float * float = fun rust_Point -> rust_Point`, where no definition says it.
    fn equality(&self, definition: &Definition) -> Result<Option<String>> {
        let Some(path) = definition.ocaml else { return Ok(None) };
        let shape = match definition.shape {
            Shape::Alias(ty) => self.ty(ty, Level::Argument)?.flat(),
            Shape::PolymorphicVariant(_) => {
                let structure = Definition { ocaml: None, ..(*definition).clone() };
                let wide = Printer { margin: usize::MAX, ..*self };
                let text = wide.definition("", &structure)?;
                text.split_once(" = ").map(|(_, body)| body.to_owned()).unwrap_or_default()
            }
            _ => return Ok(None),
        };
        let variables =
            definition.parameters.iter().map(|number| variable(*number)).collect::<Vec<_>>();
        let (quantified, applied) = match variables.as_slice() {
            [] => (String::new(), String::new()),
            [one] => (format!("{one}. "), format!("{one} ")),
            all => (format!("{}. ", all.join(" ")), format!("({}) ", all.join(", "))),
        };
        let path = self.program.foreign(self.place, path)?;
        let value = format!("rust_{}", definition.item.origin.name);
        let spaces = self.margin_spaces();
        let head = format!("let _ : {quantified}{applied}{path} -> {shape} =");
        let line = format!("{head} fun {value} -> {value}");
        if self.indent + line.chars().count() <= self.margin {
            return Ok(Some(line));
        }
        if self.indent + head.chars().count() <= self.margin {
            return Ok(Some(format!("{head}\n{spaces} fun {value} -> {value}")));
        }
        Ok(Some(format!(
            "let _ :\n{spaces}    {quantified}{applied}{path} -> {shape} =\n{spaces} fun {value} -> {value}"
        )))
    }
}

/// Whether two types of a group have a label or constructor of one name.
fn share_names(definitions: &[&Definition]) -> bool {
    let mut seen = HashSet::new();
    definitions.iter().any(|definition| {
        let names: Vec<_> = match definition.shape {
            Shape::Record { fields, .. } => {
                fields.iter().filter_map(|field| super::scope::field_name(field).ok()).collect()
            }
            Shape::Variant(constructors) => constructors
                .iter()
                .filter_map(|one| super::scope::constructor_name(one, false).ok())
                .collect(),
            _ => Vec::new(),
        };
        names.into_iter().any(|name| !seen.insert(name))
    })
}

/// The error for modules that need each other.
fn circle(parts: &[&Part]) -> Error {
    let names = parts.iter().map(|part| match part {
        Part::Type(definition) => format!("the type `{}`", definition.name),
        Part::Exception(exception) => format!("the exception `{}`", exception.name),
        Part::Module(name, _) => format!("the module `{name}`"),
    });
    Error::new(format!(
        "{} need each other, and in OCaml one must come first: move a type to another module, by `module = \"…\"`",
        names.collect::<Vec<_>>().join(" and ")
    ))
}
