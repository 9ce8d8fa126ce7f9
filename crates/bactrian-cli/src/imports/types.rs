//! What OCaml types are to Rust: as markers, in `ocaml!`, and as types that convert, in fields.

use super::interface::{Constructor, Field, Interface, Item, Kind, Label, Payload, Ty, TypeItem};
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

/// A Rust type that converts.
pub struct Native {
    pub text: String,
    /// Whether it stands for the OCaml type by default: otherwise the marker must be named.
    default: bool,
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

    /// The marker of a type.
    pub fn marker(&self, ty: &Ty, place: Place) -> Result<String, Why> {
        match ty {
            Ty::Variable(number) => Ok(match place.inside {
                Some(_) => format!("{}::OCamlType", parameter(*number)),
                None => self.uses("OCamlAny").to_owned(),
            }),
            Ty::Tuple(types) => {
                if types.len() > PARTS {
                    return Err(format!("a tuple of {} parts", types.len()));
                }
                let parts = types.iter().map(|ty| self.marker(ty, place));
                Ok(format!("({})", parts.collect::<Result<Vec<_>, _>>()?.join(", ")))
            }
            Ty::Arrow(..) => self.function(ty, place),
            Ty::Local(path, arguments) => match self.expand(path, arguments) {
                Some(expanded) => self.marker(&expanded, place),
                None => self.local(path, arguments, place),
            },
            Ty::Global(path, arguments) => match self.known_marker(path, arguments, place)? {
                Some(marker) => Ok(marker),
                None => self.foreign_marker(path, arguments, place),
            },
            Ty::Alias(path, arguments, expanded) => {
                match self.known_marker(path, arguments, place)? {
                    Some(marker) => Ok(marker),
                    None => self
                        .attempt(|| self.marker(expanded, place))
                        .or_else(|_| self.foreign_marker(path, arguments, place)),
                }
            }
            Ty::Tags(_) => Err("a polymorphic variant that has no name".to_owned()),
            Ty::Unsupported(what) => Err(what.clone()),
        }
    }

    /// The Rust type to which a type converts, and the marker where it must be named.
    pub fn field(&self, ty: &Ty, place: Place) -> Result<(String, Option<String>), Why> {
        let native = self.native(ty, place)?;
        let marker = if native.default { None } else { Some(self.marker(ty, place)?) };
        Ok((native.text, marker))
    }

    /// The Rust type to which a type converts; a root where that has no such type.
    fn native(&self, ty: &Ty, place: Place) -> Result<Native, Why> {
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
    fn argument(&self, ty: &Ty, place: Place) -> Result<String, Why> {
        let native = self.unboxed(ty, place)?;
        if native.default { Ok(native.text) } else { Ok(self.root(&self.marker(ty, place)?).text) }
    }

    fn root(&self, marker: &str) -> Native {
        Native { text: format!("{}<{marker}>", self.uses("BoxRoot")), default: true }
    }

    fn arguments(&self, name: &str, arguments: &[Ty], place: Place) -> Result<String, Why> {
        if arguments.is_empty() {
            return Ok(name.to_owned());
        }
        let arguments = arguments.iter().map(|ty| self.argument(ty, place));
        Ok(format!("{name}<{}>", arguments.collect::<Result<Vec<_>, _>>()?.join(", ")))
    }

    /// `OCamlFn<(A, B), R>`
    fn function(&self, ty: &Ty, place: Place) -> Result<String, Why> {
        let mut arguments = Vec::new();
        let mut rest = ty;
        while let Ty::Arrow(label, argument, result) = rest {
            if *label != Label::None {
                return Err("a function with labels, which a Rust function has not".to_owned());
            }
            arguments.push(self.argument(argument, place)?);
            rest = result;
        }
        if arguments.len() > PARTS {
            return Err(format!("a function of {} arguments", arguments.len()));
        }
        let result = self.argument(rest, place)?;
        let arguments = match arguments.as_slice() {
            [one] => format!("({one},)"),
            all => format!("({})", all.join(", ")),
        };
        Ok(format!("{}<{arguments}, {result}>", self.uses("OCamlFn")))
    }

    /// What an alias of this interface stands for.
    fn expand(&self, path: &str, arguments: &[Ty]) -> Option<Ty> {
        match self.definition(path)?.form {
            Form::Alias(ty) => Some(substitute(ty, arguments)),
            _ => None,
        }
    }

    /// A type of this interface, as it is written in a module.
    fn local(&self, path: &str, arguments: &[Ty], place: Place) -> Result<String, Why> {
        let there = self
            .definition(path)
            .and_then(|definition| Some((definition, definition.rust.as_ref()?)));
        let Some((definition, rust)) = there else {
            return Err(format!("the type `{path}`, which is left out"));
        };
        let mut name = String::new();
        if definition.module != place.module {
            name = "super::".repeat(place.module.len());
            name.extend(definition.module.iter().map(|module| format!("{module}::")));
        }
        name.push_str(rust);
        self.arguments(&name, arguments, place)
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

    /// The marker of a type that Bactrian knows.
    fn known_marker(
        &self,
        path: &str,
        arguments: &[Ty],
        place: Place,
    ) -> Result<Option<String>, Why> {
        let path = path.strip_prefix("Stdlib.").unwrap_or(path);
        let of = |name: &'static str| -> Result<Option<String>, Why> {
            let arguments = arguments.iter().map(|ty| self.marker(ty, place));
            let arguments = arguments.collect::<Result<Vec<_>, _>>()?.join(", ");
            let written = if name.contains("::") { name } else { self.uses(name) };
            Ok(Some(format!("{written}<{arguments}>")))
        };
        let plain = |name: &'static str| Ok(Some(self.uses(name).to_owned()));
        let rust = |name: &str| Ok(Some(name.to_owned()));
        match (path, arguments) {
            ("int", []) => plain("OCamlInt"),
            ("float", []) => plain("OCamlFloat"),
            ("bool", []) => rust("bool"),
            ("string", []) => rust("String"),
            ("unit", []) => rust("()"),
            ("bytes", []) => plain("OCamlBytes"),
            ("char", []) => plain("OCamlChar"),
            ("int32", []) => plain("OCamlInt32"),
            ("int64", []) => plain("OCamlInt64"),
            ("nativeint", []) => plain("OCamlNativeInt"),
            ("exn", []) => plain("OCamlExn"),
            ("Obj.t", []) => plain("OCamlAny"),
            ("array", [one]) if self.is_float(one) => plain("OCamlFloatArray"),
            ("array", [_]) => of("OCamlArray"),
            ("list", [_]) => of("OCamlList"),
            ("option", [one]) => Ok(Some(format!("Option<{}>", self.marker(one, place)?))),
            ("result", [ok, error]) => Ok(Some(format!(
                "Result<{}, {}>",
                self.marker(ok, place)?,
                self.marker(error, place)?
            ))),
            ("Either.t", [_, _]) => of("Either"),
            ("Hashtbl.t", [_, _]) => of("OCamlHashtbl"),
            ("Lazy.t", [_]) => of("OCamlLazy"),
            ("ref", [_]) => of("OCamlReference"),
            ("Seq.t", [_]) => of("OCamlSeq"),
            ("Lwt.t", [_]) => of("bactrian::task::lwt::OCamlLwt"),
            ("Bactrian.Future.t", [_]) => of("bactrian::task::future::OCamlFuture"),
            ("Bactrian.Channel.sender", [_]) => of("bactrian::task::channel::OCamlSender"),
            ("Lwt_stream.t" | "Bactrian.Stream.t", [one]) => {
                let kind = if path == "Lwt_stream.t" { "lwt::Lwt" } else { "future::Futures" };
                let one = self.marker(one, place)?;
                Ok(Some(format!(
                    "bactrian::task::stream::OCamlStreamOf<{one}, bactrian::task::{kind}>"
                )))
            }
            _ => Ok(self.bigarray(path, arguments)),
        }
    }

    fn is_float(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Global(path, _) => path == "float",
            Ty::Alias(_, _, expanded) => self.is_float(expanded),
            Ty::Local(path, arguments) => {
                self.expand(path, arguments).is_some_and(|expanded| self.is_float(&expanded))
            }
            _ => false,
        }
    }

    fn bigarray(&self, path: &str, arguments: &[Ty]) -> Option<String> {
        let array = path.strip_prefix("Bigarray.")?.strip_suffix(".t")?;
        if !["Array0", "Array1", "Array2", "Array3", "Genarray"].contains(&array) {
            return None;
        }
        let name = |ty: &Ty| match ty {
            Ty::Global(path, _) | Ty::Alias(path, _, _) => {
                Some(path.strip_prefix("Stdlib.").unwrap_or(path).to_owned())
            }
            _ => None,
        };
        let [element, kind, layout] = arguments else { return None };
        let (element, kind, layout) = (name(element)?, name(kind)?, name(layout)?);
        let item = match (kind.strip_prefix("Bigarray.")?, element.as_str()) {
            ("float16_elt", _) => "bigarray::Float16",
            ("float32_elt", _) => "f32",
            ("float64_elt", _) => "f64",
            ("int8_signed_elt", _) => "i8",
            ("int8_unsigned_elt", "char") => self.uses("OCamlChar"),
            ("int8_unsigned_elt", _) => "u8",
            ("int16_signed_elt", _) => "i16",
            ("int16_unsigned_elt", _) => "u16",
            ("int32_elt", _) => "i32",
            ("int64_elt", _) => "i64",
            ("int_elt", _) => self.uses("OCamlInt"),
            ("nativeint_elt", _) => "isize",
            ("complex32_elt", _) => "bigarray::Complex32",
            ("complex64_elt", _) => "bigarray::Complex64",
            _ => return None,
        };
        let module = self.uses("bigarray");
        match layout.as_str() {
            "Bigarray.c_layout" => Some(format!("{module}::{array}<{item}>")),
            "Bigarray.fortran_layout" => {
                Some(format!("{module}::{array}<{item}, {module}::FortranLayout>"))
            }
            _ => None,
        }
    }

    /// A marker for a type of another module, of which nothing is known.
    fn foreign_marker(&self, path: &str, arguments: &[Ty], place: Place) -> Result<String, Why> {
        let arguments_text = self.arguments("", arguments, place)?;
        let mut foreign = self.foreign.borrow_mut();
        let name = match foreign.get(path) {
            Some((name, _)) => name.clone(),
            None => {
                let mut name = names::foreign(path);
                let taken = |name: &str| {
                    foreign.values().any(|(other, _)| other == name)
                        || self.definitions.iter().any(|definition| {
                            definition.module.is_empty() && definition.rust.as_deref() == Some(name)
                        })
                };
                while taken(&name) {
                    name.push_str("Type");
                }
                foreign.insert(path.to_owned(), (name.clone(), arguments.len()));
                name
            }
        };
        Ok(format!("{}{name}{arguments_text}", "super::".repeat(place.module.len())))
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
