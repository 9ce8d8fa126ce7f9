//! `bactrian inspect`: what a library says about itself.

mod json;
mod types;

use crate::error::{Error, Result};
use crate::library::Library;
use bactrian_schema::model::{
    Argument, Entry, ExceptionDefinition, Function, Import, Item, Label, Passing, TypeDefinition,
};
use bactrian_schema::names;
use json::Json;
use std::fmt::Write;

/// All of a library for people: a line each.
pub fn summary(library: &Library) -> String {
    let mut text = String::new();
    for entry in &library.entries {
        if let Entry::Library { name, version } = entry {
            line(&mut text, format_args!("made with {name} {version}"));
        }
    }
    let mut crates: Vec<_> = items(library).map(|(item, _)| item.crate_name()).collect();
    crates.dedup();
    for name in crates {
        line(&mut text, format_args!("\ncrate {name}"));
        let of_crate = || items(library).filter(|(item, _)| item.crate_name() == name);
        for (title, kind) in KINDS {
            let lines: Vec<_> = of_crate()
                .filter(|(_, entry)| kind_of(entry) == kind)
                .map(|(_, e)| brief(e))
                .collect();
            if !lines.is_empty() {
                line(&mut text, format_args!("\n  {title}"));
                lines.iter().for_each(|one| line(&mut text, format_args!("    {one}")));
            }
        }
    }
    text
}

/// The kinds of entry, in the order in which they are shown.
const KINDS: [(&str, &str); 4] = [
    ("functions that OCaml calls", "function"),
    ("types", "type"),
    ("exceptions", "exception"),
    ("OCaml values that Rust uses", "import"),
];

fn line(text: &mut String, line: std::fmt::Arguments) {
    writeln!(text, "{line}").expect("a String takes all");
}

fn items(library: &Library) -> impl Iterator<Item = (&Item, &Entry)> {
    library.entries.iter().filter_map(|entry| Some((entry.item()?, entry)))
}

fn kind_of(entry: &Entry) -> &'static str {
    match entry {
        Entry::Library { .. } => "library",
        Entry::Function(_) => "function",
        Entry::Import(_) => "import",
        Entry::Type(_) => "type",
        Entry::Exception(_) => "exception",
    }
}

/// The OCaml name of an item, with its module.
fn name(item: &Item, otherwise: Option<String>) -> String {
    let last = item.rename.clone().or(otherwise).unwrap_or_else(|| item.origin.name.clone());
    if item.module.is_empty() { last } else { format!("{}.{last}", item.module) }
}

fn function_name(function: &Function) -> String {
    name(&function.item, names::value(&function.item.origin.name).ok())
}

fn type_name(definition: &TypeDefinition) -> String {
    name(&definition.item, names::ty(&definition.item.origin.name).ok())
}

fn exception_name(exception: &ExceptionDefinition) -> String {
    let item = &exception.item;
    name(item, names::exception(&exception.registered, &item.origin.name).ok())
}

fn import_type(import: &Import) -> String {
    match import.constant {
        true => types::show(&import.result),
        false => types::signature(&import.arguments, &import.result, Passing::Word),
    }
}

fn function_type(function: &Function) -> String {
    types::signature(&function.arguments, &function.result, function.result_passing)
}

fn brief(entry: &Entry) -> String {
    match entry {
        Entry::Library { name, version } => format!("{name} {version}"),
        Entry::Function(function) => {
            format!("{} : {}", function_name(function), function_type(function))
        }
        Entry::Import(import) => format!("{} : {}", import.registered, import_type(import)),
        Entry::Type(definition) => {
            let equal = match &definition.ocaml {
                Some(path) => format!(" = {path}"),
                None => String::new(),
            };
            format!("{}{equal} = {}", type_name(definition), types::shape(&definition.shape))
        }
        Entry::Exception(exception) => {
            format!("{}{}", exception_name(exception), types::payload(&exception.payload))
        }
    }
}

/// All about the functions of a name: OCaml's, with or without the module, Rust's, or the symbol.
///
/// # Errors
/// When there is none.
pub fn functions<'a>(library: &'a Library, wanted: &str) -> Result<Vec<&'a Function>> {
    let is_it = |function: &&Function| {
        let item = &function.item;
        let full = function_name(function);
        let rust = format!("{}::{}", item.origin.module, item.origin.name);
        full == wanted
            || full.rsplit('.').next() == Some(wanted)
            || item.origin.name == wanted
            || rust == wanted
            || function.symbol == wanted
    };
    let all: Vec<_> = library
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Function(function) => Some(function),
            _ => None,
        })
        .collect();
    let found: Vec<_> = all.iter().copied().filter(is_it).collect();
    if found.is_empty() {
        return Err(Error::new(format!(
            "the library has no function `{wanted}`; `bactrian inspect` without --function lists the {} that it has",
            all.len()
        )));
    }
    Ok(found)
}

/// All about a function, for people.
pub fn details(function: &Function) -> String {
    let mut text = String::new();
    let item = &function.item;
    line(&mut text, format_args!("{} : {}", function_name(function), function_type(function)));
    let mut row = |name: &str, value: &str| line(&mut text, format_args!("  {name:<10} {value}"));
    row("Rust", &item.origin.to_string());
    row("symbol", &function.symbol);
    if let Some(bytecode) = &function.bytecode {
        row("bytecode", bytecode);
    }
    if function.noalloc {
        row("noalloc", "it neither allocates on the OCaml heap nor raises");
    }
    if function.raises {
        row("raises", "an Err is raised");
    }
    for (number, argument) in function.arguments.iter().enumerate() {
        let shown = if argument.name.is_empty() { "_" } else { &argument.name };
        row(
            &format!("argument {}", number + 1),
            &format!("{shown} : {}", types::show(&argument.ty)),
        );
    }
    if !item.doc.trim().is_empty() {
        text.push('\n');
        for doc in item.doc.lines() {
            let doc = doc.trim();
            let indent = if doc.is_empty() { "" } else { "  " };
            line(&mut text, format_args!("{indent}{doc}"));
        }
    }
    text
}

/// The same as JSON.
pub fn json(library: &Library) -> String {
    let of = |kind: &str| {
        let entries: Vec<_> = library.entries.iter().filter(|e| kind_of(e) == kind).collect();
        Json::list(&entries, |entry| entry_json(entry))
    };
    let json = Json::Object(vec![
        ("version", Json::Number(bactrian_schema::VERSION.into())),
        ("libraries", of("library")),
        ("functions", of("function")),
        ("types", of("type")),
        ("exceptions", of("exception")),
        ("imports", of("import")),
    ]);
    format!("{json}\n")
}

/// Functions as JSON.
pub fn functions_json(functions: &[&Function]) -> String {
    format!("{}\n", Json::list(functions, |function| function_json(function)))
}

fn entry_json(entry: &Entry) -> Json {
    match entry {
        Entry::Library { name, version } => {
            Json::Object(vec![("name", Json::from(&**name)), ("version", Json::from(&**version))])
        }
        Entry::Function(function) => function_json(function),
        Entry::Import(import) => with_item(
            &import.item,
            vec![
                ("name", Json::from(&*import.registered)),
                ("constant", Json::Bool(import.constant)),
                ("type", Json::from(&*import_type(import))),
                ("arguments", Json::list(&import.arguments, argument_json)),
            ],
        ),
        Entry::Type(definition) => with_item(
            &definition.item,
            vec![
                ("name", Json::from(&*type_name(definition))),
                ("ocaml", Json::from(definition.ocaml.as_deref())),
                ("unboxed", Json::Bool(definition.unboxed)),
                ("definition", Json::from(&*types::shape(&definition.shape))),
            ],
        ),
        Entry::Exception(exception) => with_item(
            &exception.item,
            vec![
                ("name", Json::from(&*exception_name(exception))),
                ("registered", Json::from(&*exception.registered)),
                ("ocaml", Json::from(exception.ocaml.as_deref())),
                ("arguments", Json::from(types::payload(&exception.payload).trim_start())),
            ],
        ),
    }
}

fn function_json(function: &Function) -> Json {
    with_item(
        &function.item,
        vec![
            ("name", Json::from(&*function_name(function))),
            ("type", Json::from(&*function_type(function))),
            ("symbol", Json::from(&*function.symbol)),
            ("bytecode", Json::from(function.bytecode.as_deref())),
            ("noalloc", Json::Bool(function.noalloc)),
            ("raises", Json::Bool(function.raises)),
            ("arguments", Json::list(&function.arguments, argument_json)),
        ],
    )
}

fn argument_json(argument: &Argument) -> Json {
    let (label, optional) = match &argument.label {
        Label::None => (None, false),
        Label::Labelled(name) => (Some(&**name), false),
        Label::Optional(name) => (Some(&**name), true),
    };
    Json::Object(vec![
        ("name", Json::from(&*argument.name)),
        ("label", Json::from(label)),
        ("optional", Json::Bool(optional)),
        ("type", Json::from(&*types::show(&argument.ty))),
    ])
}

/// What is said of every item, after the rest.
fn with_item(item: &Item, mut fields: Vec<(&'static str, Json)>) -> Json {
    let origin = &item.origin;
    fields.extend([
        ("rust", Json::Text(format!("{}::{}", origin.module, origin.name))),
        ("file", Json::from(&*origin.file)),
        ("line", Json::Number(origin.line.into())),
        ("doc", Json::from(item.doc.trim())),
    ]);
    Json::Object(fields)
}
