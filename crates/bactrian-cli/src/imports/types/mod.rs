//! What OCaml types are to Rust: as markers, in `ocaml!`, and as types that convert, in fields.

mod marker;
mod native;

use super::interface::{Constructor, Field, Interface, Item, Kind, Payload, Ty, TypeItem};
use super::names;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Why something cannot be said in Rust.
pub type Why = String;

/// A type of the interface.
pub struct Definition<'a> {
    /// Its path in the interface: `Deep.t`.
    pub path: String,
    pub item: &'a TypeItem,
    /// The Rust modules around it.
    pub module: Vec<String>,
    /// Its Rust name; without one it is left out.
    pub rust: Option<String>,
    pub form: Form<'a>,
}

/// What becomes of a type.
#[derive(Clone)]
pub enum Form<'a> {
    Record(&'a [Field]),
    Variant(&'a [Constructor]),
    Tags(&'a [(String, Option<Ty>)]),
    /// Written out wherever it is used.
    Alias(&'a Ty),
    /// A marker; why, when OCaml's definition says more.
    Opaque(Option<Why>),
}

/// All types.
pub struct Types<'a> {
    definitions: Vec<Definition<'a>>,
    by_path: HashMap<String, usize>,
    /// Types of other modules: their Rust names and how many parameters they have.
    foreign: RefCell<BTreeMap<String, (String, usize)>>,
    /// What the text being written needs of the crate `bactrian`.
    used: RefCell<BTreeSet<&'static str>>,
}

/// Where a type is written.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// The Rust modules around.
    pub module: &'p [String],
    /// The path of the type that is being defined, whose variables are type parameters. Elsewhere they are any value.
    pub inside: Option<&'p str>,
}

/// The most parts that a tuple, or arguments that a function has.
const PARTS: usize = 9;

impl<'a> Types<'a> {
    /// The types of an interface.
    pub fn new(interface: &'a Interface) -> Self {
        let mut types = Types {
            definitions: Vec::new(),
            by_path: HashMap::new(),
            foreign: RefCell::default(),
            used: RefCell::default(),
        };
        types.collect(&interface.items, &interface.name, "", &mut Vec::new());
        // What a type is made of must be known before it is asked whether that can be said.
        let opaque: Vec<_> =
            types.definitions.iter().map(|definition| types.obstacle(definition)).collect();
        for (definition, why) in types.definitions.iter_mut().zip(opaque) {
            if why.is_some() {
                definition.form = Form::Opaque(why);
            }
        }
        types.foreign.borrow_mut().clear();
        types.used.borrow_mut().clear();
        types
    }

    fn collect(
        &mut self,
        items: &'a [Item],
        module_path: &str,
        prefix: &str,
        module: &mut Vec<String>,
    ) {
        let mut taken = HashSet::new();
        for item in items {
            match item {
                Item::Type(item) => {
                    let name = names::ty(&item.name, module_path);
                    let rust = taken.insert(name.clone()).then_some(name);
                    let path = within(prefix, &item.name);
                    self.by_path.insert(path.clone(), self.definitions.len());
                    self.definitions.push(Definition {
                        path,
                        item,
                        module: module.clone(),
                        rust,
                        form: form(item),
                    });
                }
                Item::Module { name, items, .. } => {
                    module.push(names::module(name));
                    self.collect(items, &within(module_path, name), &within(prefix, name), module);
                    module.pop();
                }
                _ => {}
            }
        }
    }

    /// Why a type that is made of something cannot be derived.
    fn obstacle(&self, definition: &Definition) -> Option<Why> {
        let place = Place { module: &definition.module, inside: Some(&definition.path) };
        let field = |field: &Field| match self.native(&field.ty, place) {
            Ok(native) => Ok(native.text),
            Err(why) => Err(format!("its field `{}` has {why}", field.name)),
        };
        match &definition.form {
            Form::Record(fields) => {
                let texts = match fields.iter().map(field).collect::<Result<Vec<_>, _>>() {
                    Ok(texts) => texts,
                    Err(why) => return Some(why),
                };
                let flat = definition.item.flat;
                let floats = texts.iter().all(|text| text == "f64");
                (flat && !floats).then(|| {
                    "OCaml knows its fields to be floats, and this command does not: tell it where their types are defined \
                     (-I)"
                        .to_owned()
                })
            }
            Form::Variant(constructors) => {
                let mut taken = HashSet::new();
                for constructor in *constructors {
                    let name = &constructor.name;
                    if !names::is_plain(name) {
                        return Some(format!("its constructor `{name}` is no name for Rust"));
                    }
                    if !taken.insert(names::camel(name)) {
                        return Some(format!(
                            "two of its constructors are `{}` to Rust",
                            names::camel(name)
                        ));
                    }
                    let failed = match &constructor.payload {
                        Payload::Tuple(types) => types.iter().find_map(|ty| {
                            let why = self.native(ty, place).err()?;
                            Some(format!("its constructor `{name}` has {why}"))
                        }),
                        Payload::Record(fields) => fields.iter().find_map(|f| field(f).err()),
                    };
                    if failed.is_some() {
                        return failed;
                    }
                }
                None
            }
            Form::Tags(tags) => {
                let mut taken = HashSet::new();
                tags.iter().find_map(|(tag, argument)| {
                    if !taken.insert(names::camel(tag)) {
                        return Some(format!(
                            "two of its tags are `{}` to Rust",
                            names::camel(tag)
                        ));
                    }
                    let why = self.native(argument.as_ref()?, place).err()?;
                    Some(format!("its tag `{tag}` has {why}"))
                })
            }
            Form::Alias(_) | Form::Opaque(_) => None,
        }
    }

    /// The definition of a path.
    pub fn definition(&self, path: &str) -> Option<&Definition<'a>> {
        self.by_path.get(path).map(|&index| &self.definitions[index])
    }

    /// The types of other modules that were used so far, by their paths.
    pub fn foreign(&self) -> BTreeMap<String, (String, usize)> {
        self.foreign.borrow().clone()
    }

    /// Does something that notes what it uses; forgets that when it fails.
    pub fn attempt<T>(&self, f: impl FnOnce() -> Result<T, Why>) -> Result<T, Why> {
        let (used, foreign) = (self.used.borrow().clone(), self.foreign.borrow().clone());
        let done = f();
        if done.is_err() {
            self.used.replace(used);
            self.foreign.replace(foreign);
        }
        done
    }

    /// What was used of the crate `bactrian` since this was asked last.
    pub fn take_used(&self) -> BTreeSet<&'static str> {
        self.used.take()
    }

    /// Says that a name of the crate `bactrian` is used.
    pub fn uses(&self, name: &'static str) -> &'static str {
        self.used.borrow_mut().insert(name);
        name
    }

    /// What an alias of this interface stands for.
    fn expand(&self, path: &str, arguments: &[Ty]) -> Option<Ty> {
        match self.definition(path)?.form {
            Form::Alias(ty) => Some(substitute(ty, arguments)),
            _ => None,
        }
    }
}

fn form(item: &TypeItem) -> Form<'_> {
    let opaque = |why: &str| Form::Opaque(Some(why.to_owned()));
    if item.private && !(matches!(item.kind, Kind::None) && item.manifest.is_none()) {
        return opaque("it is private");
    }
    if item.constrained {
        return opaque("its parameters are constrained");
    }
    match (&item.kind, &item.manifest) {
        (Kind::Extensible, _) => opaque("it is extensible, and Rust has no such enum"),
        (Kind::Record(fields), _) => Form::Record(fields),
        (Kind::Variant(constructors), _) if constructors.is_empty() => {
            opaque("it has no constructors")
        }
        (Kind::Variant(constructors), _) if constructors.iter().any(|c| c.gadt) => {
            opaque("it is a GADT, and Rust has no such enum")
        }
        (Kind::Variant(constructors), _) => Form::Variant(constructors),
        (Kind::None, Some(Ty::Tags(tags))) => Form::Tags(tags),
        (Kind::None, Some(Ty::Unsupported(what))) => opaque(&format!("it is {what}")),
        (Kind::None, Some(ty)) => Form::Alias(ty),
        (Kind::None, None) => Form::Opaque(None),
    }
}

fn substitute(ty: &Ty, arguments: &[Ty]) -> Ty {
    let all = |types: &[Ty]| types.iter().map(|ty| substitute(ty, arguments)).collect::<Vec<_>>();
    match ty {
        Ty::Variable(number) => arguments.get(*number).unwrap_or(ty).clone(),
        Ty::Tuple(types) => Ty::Tuple(all(types)),
        Ty::Arrow(label, argument, result) => Ty::Arrow(
            label.clone(),
            Box::new(substitute(argument, arguments)),
            Box::new(substitute(result, arguments)),
        ),
        Ty::Local(path, types) => Ty::Local(path.clone(), all(types)),
        Ty::Global(path, types) => Ty::Global(path.clone(), all(types)),
        Ty::Alias(path, types, expanded) => {
            Ty::Alias(path.clone(), all(types), Box::new(substitute(expanded, arguments)))
        }
        Ty::Tags(tags) => Ty::Tags(
            tags.iter()
                .map(|(tag, ty)| (tag.clone(), ty.as_ref().map(|ty| substitute(ty, arguments))))
                .collect(),
        ),
        Ty::Unsupported(_) => ty.clone(),
    }
}

/// A path in a module.
pub fn within(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The name of a type parameter.
pub fn parameter(number: usize) -> String {
    match u8::try_from(number) {
        Ok(number) if number < 26 => char::from(b'A' + number).to_string(),
        _ => format!("P{number}"),
    }
}
