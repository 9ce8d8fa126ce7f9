//! What there is, where it is in OCaml, and how it is called from elsewhere.

use crate::error::{Error, Result};
use bactrian_schema::model::{
    Constructor, Entry, ExceptionDefinition, Field, Function, Import, Item, Origin, Payload, Shape,
    Type, TypeDefinition,
};
use bactrian_schema::names;
use std::collections::{BTreeMap, HashMap};

/// All crates of a library.
pub struct Program<'a> {
    pub units: Vec<Unit<'a>>,
    /// The types by their Rust paths.
    types: HashMap<&'a str, Known<'a>>,
}

/// A crate: a file of OCaml.
pub struct Unit<'a> {
    pub crate_name: &'a str,
    /// The file without its ending.
    pub name: String,
    pub root: Module<'a>,
    pub imports: Vec<&'a Import>,
}

/// A module, or the file itself.
#[derive(Default)]
pub struct Module<'a> {
    pub path: Vec<String>,
    pub types: Vec<Definition<'a>>,
    pub exceptions: Vec<Exception<'a>>,
    pub functions: Vec<(String, &'a Function)>,
    pub children: BTreeMap<String, Module<'a>>,
}

/// A type that is defined.
#[derive(Clone)]
pub struct Definition<'a> {
    pub name: String,
    pub parameters: Vec<u32>,
    /// The OCaml type that it is.
    pub ocaml: Option<&'a str>,
    pub unboxed: bool,
    pub shape: &'a Shape,
    pub item: &'a Item,
    /// Its Rust path.
    pub rust: String,
}

/// An exception that is defined.
pub struct Exception<'a> {
    pub name: String,
    pub definition: &'a ExceptionDefinition,
}

/// Where a type is.
enum Known<'a> {
    /// Defined in a module of a file.
    Here { unit: usize, module: Vec<String>, name: String },
    /// A type that OCaml defines, about which Rust says no more.
    Elsewhere(&'a str),
}

/// A module of a file, as the place from which something is looked at.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    pub unit: usize,
    pub module: &'p [String],
}

impl<'a> Program<'a> {
    /// Sorts the entries into files and modules.
    pub fn new(entries: &'a [Entry]) -> Result<Self> {
        let mut program = Program { units: Vec::new(), types: HashMap::new() };
        let mut definitions: Vec<&TypeDefinition> = Vec::new();
        let mut symbols: HashMap<&str, &Item> = HashMap::new();
        for entry in entries {
            let Some(item) = entry.item() else { continue };
            let unit = program.unit(item)?;
            let unit = &mut program.units[unit];
            match entry {
                Entry::Library { .. } => {}
                Entry::Import(import) => unit.imports.push(import),
                Entry::Type(definition) => definitions.push(definition),
                Entry::Function(function) => {
                    for symbol in [Some(&function.symbol), function.bytecode.as_ref()] {
                        let Some(symbol) = symbol else { continue };
                        if let Some(other) = symbols.insert(symbol, item) {
                            return Err(twice(&format!("the symbol `{symbol}`"), other, item));
                        }
                    }
                    let name = name_of(item, names::value)?;
                    unit.module(item)?.functions.push((name, function));
                }
                Entry::Exception(definition) => {
                    let name = match &definition.ocaml {
                        Some(path) => path.rsplit('.').next().unwrap_or(path).to_owned(),
                        None => {
                            name_of(item, |rust| names::exception(&definition.registered, rust))?
                        }
                    };
                    unit.module(item)?.exceptions.push(Exception { name, definition });
                }
            }
        }
        program.define(&definitions)?;
        for unit in &program.units {
            check_names(&unit.root)?;
        }
        Ok(program)
    }

    /// The file of the crate that an item is of.
    fn unit(&mut self, item: &'a Item) -> Result<usize> {
        let crate_name = item.crate_name();
        if let Some(found) = self.units.iter().position(|unit| unit.crate_name == crate_name) {
            return Ok(found);
        }
        let name = names::unit(crate_name).map_err(|_| {
            Error::new(format!("the crate `{crate_name}` has a name that no OCaml module can have"))
        })?;
        let root = Module::default();
        self.units.push(Unit { crate_name, name, root, imports: Vec::new() });
        Ok(self.units.len() - 1)
    }

    /// Finds out which entries define one type, and puts it where it belongs.
    fn define(&mut self, definitions: &[&'a TypeDefinition]) -> Result<()> {
        let mut by_type: Vec<(&Type, Vec<&'a TypeDefinition>)> = Vec::new();
        let mut index = HashMap::new();
        for &definition in definitions {
            let at = *index.entry(&definition.ty).or_insert_with(|| {
                by_type.push((&definition.ty, Vec::new()));
                by_type.len() - 1
            });
            by_type[at].1.push(definition);
        }
        for (ty, all) in by_type {
            match ty {
                Type::Rust { path, arguments } => self.define_rust(path, arguments, &all)?,
                // The marker of these was described by hand: each is a view of that type.
                Type::Named { name, arguments } => {
                    for definition in all {
                        self.define_view(name, arguments, definition)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn define_rust(
        &mut self,
        path: &'a str,
        arguments: &[Type],
        all: &[&'a TypeDefinition],
    ) -> Result<()> {
        let owner = |definition: &&&TypeDefinition| {
            let origin = &definition.item.origin;
            path.strip_prefix(&*origin.module).and_then(|rest| rest.strip_prefix("::"))
                == Some(&*origin.name)
        };
        let Some(&first) = all.iter().find(owner).or(all.first()) else { return Ok(()) };
        let mut described =
            all.iter().filter(|definition| !matches!(definition.shape, Shape::Abstract));
        let shape = described.next();
        for other in described {
            if let Some(shape) = shape
                && !same_shape(&shape.shape, &other.shape)
            {
                return Err(Error::new(format!(
                    "{} and {} are one OCaml type, `{path}`, and do not agree on what it is",
                    shape.item.origin, other.item.origin
                )));
            }
        }
        let (item, ocaml) = (&first.item, first.ocaml.as_deref());
        let unit = self.unit(item)?;
        if let (None, Some(ocaml)) = (shape, ocaml) {
            self.types.insert(path, Known::Elsewhere(ocaml));
            return Ok(());
        }
        let name = name_of(item, names::ty)?;
        let shape = shape.unwrap_or(&first);
        let module = self.units[unit].module(item)?;
        let known = Known::Here { unit, module: module.path.clone(), name: name.clone() };
        if let Some(Known::Here { .. }) = self.types.insert(path, known) {
            return Err(twice(&format!("the Rust type `{path}`"), item, item));
        }
        module.types.push(Definition {
            name,
            parameters: variables(arguments),
            ocaml,
            unboxed: shape.unboxed,
            shape: &shape.shape,
            item,
            rust: path.to_owned(),
        });
        Ok(())
    }

    fn define_view(
        &mut self,
        ocaml: &'a str,
        arguments: &[Type],
        definition: &'a TypeDefinition,
    ) -> Result<()> {
        let item = &definition.item;
        let parameters = variables(arguments);
        if parameters.len() != arguments.len() || matches!(definition.shape, Shape::Abstract) {
            return Ok(());
        }
        let unit = self.unit(item)?;
        let name = name_of(item, names::ty)?;
        let rust = format!("{}::{}", item.origin.module, item.origin.name);
        self.units[unit].module(item)?.types.push(Definition {
            name,
            parameters,
            ocaml: Some(ocaml),
            unboxed: definition.unboxed,
            shape: &definition.shape,
            item,
            rust,
        });
        Ok(())
    }

    /// The definition of a Rust type, if this library defines it.
    pub fn definition(&self, path: &str) -> Option<&Definition<'a>> {
        let Known::Here { unit, module, name } = self.types.get(path)? else { return None };
        let module = self.units[*unit].root.find(module)?;
        module.types.iter().find(|definition| definition.name == *name)
    }

    /// Where a Rust type is defined, if it is in that file.
    pub fn module_of(&self, unit: usize, path: &str) -> Option<(&[String], &str)> {
        match self.types.get(path)? {
            Known::Here { unit: own, module, name } if *own == unit => Some((module, name)),
            _ => None,
        }
    }

    /// What a Rust type is called from a place.
    pub fn reference(&self, from: Place, path: &str) -> Result<String> {
        match self.types.get(path) {
            None => Err(Error::new(format!(
                "the Rust type `{path}` is used here, and the library does not say what it is to OCaml: a type parameter of \
                 it may have a bound that is not one of the usual ones, or it is of a crate whose functions are not in the library"
            ))),
            Some(Known::Elsewhere(ocaml)) => self.foreign(from, ocaml),
            Some(Known::Here { unit, module, name }) if *unit != from.unit => {
                let unit = names::module_of_unit(&self.units[*unit].name);
                let path = [&[unit], module.as_slice(), std::slice::from_ref(name)].concat();
                self.foreign(from, &path.join("."))
            }
            Some(Known::Here { unit, module, name }) => {
                let root = &self.units[*unit].root;
                let common =
                    from.module.iter().zip(module).take_while(|(ours, its)| ours == its).count();
                let hides = |scope: &Module| match module.get(common) {
                    Some(child) => scope.children.contains_key(child),
                    None => scope.types.iter().any(|own| own.name == *name),
                };
                for depth in common + 1..=from.module.len() {
                    if root.find(&from.module[..depth]).is_some_and(hides) {
                        let hidden = module.get(common).unwrap_or(name);
                        return Err(Error::new(format!(
                            "the module `{}` has a `{hidden}` of its own, which hides the one that is meant here: rename \
                             one of them",
                            from.module[..depth].join(".")
                        )));
                    }
                }
                let path = module[common..].iter().chain([name]).map(String::as_str);
                Ok(path.collect::<Vec<_>>().join("."))
            }
        }
    }

    /// A path that starts outside of the file, checked not to meet a module of the file.
    pub fn foreign(&self, from: Place, path: &str) -> Result<String> {
        let Some((first, _)) = path.split_once('.') else { return Ok(path.to_owned()) };
        let Some(unit) = self.units.get(from.unit) else { return Ok(path.to_owned()) };
        for depth in 0..=from.module.len() {
            let scope = unit.root.find(&from.module[..depth]);
            if scope.is_some_and(|scope| scope.children.contains_key(first)) {
                return Err(Error::new(format!(
                    "the module `{first}` of the bindings hides the OCaml module of that name, which `{path}` is in: rename \
                     it, by `module = \"…\"`"
                )));
            }
        }
        Ok(path.to_owned())
    }
}

impl<'a> Unit<'a> {
    /// The module of an item, made if it is new.
    fn module(&mut self, item: &Item) -> Result<&mut Module<'a>> {
        let mut module = &mut self.root;
        for name in item.module.split('.').filter(|name| !name.is_empty()) {
            let mut path = module.path.clone();
            path.push(name.to_owned());
            module = module
                .children
                .entry(name.to_owned())
                .or_insert_with(|| Module { path, ..Module::default() });
        }
        Ok(module)
    }
}

impl<'a> Module<'a> {
    /// A module below this one.
    fn find(&self, path: &[String]) -> Option<&Module<'a>> {
        path.iter().try_fold(self, |module, name| module.children.get(name))
    }

    /// Where the first of its items is in the sources.
    pub fn first(&self) -> Option<&Origin> {
        let types = self.types.iter().map(|definition| &definition.item.origin);
        let exceptions = self.exceptions.iter().map(|e| &e.definition.item.origin);
        let functions = self.functions.iter().map(|(_, function)| &function.item.origin);
        let children = self.children.values().filter_map(Module::first);
        types.chain(exceptions).chain(functions).chain(children).min()
    }

    /// Visits the Rust types that this module and those below mention.
    pub fn mentions(&self, visit: &mut dyn FnMut(&str)) {
        for definition in &self.types {
            shape_mentions(definition.shape, visit);
        }
        for exception in &self.exceptions {
            payload_mentions(&exception.definition.payload, visit);
        }
        for (_, function) in &self.functions {
            function.arguments.iter().for_each(|argument| mentions(&argument.ty, visit));
            mentions(&function.result, visit);
        }
        self.children.values().for_each(|child| child.mentions(visit));
    }
}

/// Visits the Rust types in a definition.
pub fn shape_mentions(shape: &Shape, visit: &mut dyn FnMut(&str)) {
    match shape {
        Shape::Abstract => {}
        Shape::Alias(ty) => mentions(ty, visit),
        Shape::Record { fields, .. } => fields.iter().for_each(|field| mentions(&field.ty, visit)),
        Shape::Variant(constructors) | Shape::PolymorphicVariant(constructors) => {
            constructors.iter().for_each(|one| payload_mentions(&one.payload, visit));
        }
    }
}

/// Visits the Rust types in the arguments of a constructor.
pub fn payload_mentions(payload: &Payload, visit: &mut dyn FnMut(&str)) {
    match payload {
        Payload::Tuple(types) => types.iter().for_each(|ty| mentions(ty, visit)),
        Payload::Record(fields) => fields.iter().for_each(|field| mentions(&field.ty, visit)),
    }
}

fn mentions(ty: &Type, visit: &mut dyn FnMut(&str)) {
    match ty {
        Type::Variable(_) | Type::Unknown { .. } => {}
        Type::Rust { path, arguments } => {
            visit(path);
            arguments.iter().for_each(|argument| mentions(argument, visit));
        }
        Type::Named { arguments, .. } | Type::Tuple(arguments) => {
            arguments.iter().for_each(|argument| mentions(argument, visit));
        }
        Type::Function { arguments, result } => {
            arguments.iter().for_each(|argument| mentions(argument, visit));
            mentions(result, visit);
        }
    }
}

/// The name of an item: the one that was given, or what becomes of its Rust name.
fn name_of(
    item: &Item,
    of_rust: impl Fn(&str) -> std::result::Result<String, String>,
) -> Result<String> {
    match &item.rename {
        Some(name) => Ok(name.clone()),
        None => of_rust(&item.origin.name)
            .map_err(|message| Error::new(format!("{}: {message}", item.origin))),
    }
}

/// The OCaml name of a field.
pub fn field_name(field: &Field) -> Result<String> {
    match &field.rename {
        Some(name) => Ok(name.clone()),
        None => names::value(&field.name).map_err(Error::new),
    }
}

/// The OCaml name of a constructor, or the tag of a polymorphic one.
pub fn constructor_name(constructor: &Constructor, polymorphic: bool) -> Result<String> {
    if polymorphic {
        return match names::is_tag(&constructor.name) {
            true => Ok(format!("`{}", constructor.name)),
            false => Err(Error::new(format!(
                "OCaml cannot read `{}` as the tag of a polymorphic variant",
                constructor.name
            ))),
        };
    }
    match &constructor.rename {
        Some(name) => Ok(name.clone()),
        None => names::constructor(&constructor.name).map_err(Error::new),
    }
}

fn variables(arguments: &[Type]) -> Vec<u32> {
    let variable = |ty: &Type| match ty {
        Type::Variable(number) => Some(*number),
        _ => None,
    };
    arguments.iter().filter_map(variable).collect()
}

fn twice(what: &str, one: &Item, other: &Item) -> Error {
    Error::new(format!("{what} is there twice: {} and {}", one.origin, other.origin))
}

/// Refuses names that stand for two things, or for nothing.
fn check_names(module: &Module) -> Result<()> {
    let mut values: HashMap<&str, &Item> = HashMap::new();
    for (name, function) in &module.functions {
        let item = &function.item;
        usable(item, name, names::is_lowercase(name))?;
        if let Some(other) = values.insert(name, item) {
            return Err(twice(&named(module, "function", name), other, item));
        }
    }
    let mut types: HashMap<&str, &Item> = HashMap::new();
    for definition in &module.types {
        let item = definition.item;
        let name = &definition.name;
        usable(item, name, names::is_lowercase(name))?;
        if names::is_predefined(name) {
            return Err(Error::new(format!(
                "{}: a type named `{name}` hides OCaml's own: choose another name",
                item.origin
            )));
        }
        if let Some(other) = types.insert(name, item) {
            return Err(twice(&named(module, "type", name), other, item));
        }
    }
    let mut exceptions: HashMap<&str, &Item> = HashMap::new();
    for Exception { name, definition } in &module.exceptions {
        let item = &definition.item;
        usable(item, name, names::is_uppercase(name))?;
        if let Some(other) = exceptions.insert(name, item) {
            return Err(twice(&named(module, "exception", name), other, item));
        }
    }
    module.children.values().try_for_each(check_names)
}

fn usable(item: &Item, name: &str, usable: bool) -> Result<()> {
    if usable {
        return Ok(());
    }
    Err(Error::new(format!("{}: OCaml cannot read `{name}` as a name here", item.origin)))
}

fn named(module: &Module, what: &str, name: &str) -> String {
    if module.path.is_empty() {
        return format!("the {what} `{name}`");
    }
    format!("the {what} `{}.{name}`", module.path.join("."))
}

/// Whether two types describe the same values under the same names.
fn same_shape(one: &Shape, other: &Shape) -> bool {
    let fields = |one: &[Field], other: &[Field]| {
        one.len() == other.len()
            && one.iter().zip(other).all(|(a, b)| {
                field_name(a).ok() == field_name(b).ok() && a.ty == b.ty && a.mutable == b.mutable
            })
    };
    let payload = |one: &Payload, other: &Payload| match (one, other) {
        (Payload::Tuple(a), Payload::Tuple(b)) => a == b,
        (Payload::Record(a), Payload::Record(b)) => fields(a, b),
        _ => false,
    };
    let constructors = |one: &[Constructor], other: &[Constructor], polymorphic| {
        one.len() == other.len()
            && one.iter().zip(other).all(|(a, b)| {
                constructor_name(a, polymorphic).ok() == constructor_name(b, polymorphic).ok()
                    && payload(&a.payload, &b.payload)
            })
    };
    match (one, other) {
        (Shape::Alias(a), Shape::Alias(b)) => a == b,
        (Shape::Record { fields: a, .. }, Shape::Record { fields: b, .. }) => fields(a, b),
        (Shape::Variant(a), Shape::Variant(b)) => constructors(a, b, false),
        (Shape::PolymorphicVariant(a), Shape::PolymorphicVariant(b)) => constructors(a, b, true),
        _ => false,
    }
}
