//! Descriptions as they are read.
//!
//! [`describe`](crate::describe) says what each field is.

#![allow(missing_docs, reason = "the fields are those of `describe`")]

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

pub use crate::describe::Passing;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    Variable(u32),
    Named { name: String, arguments: Vec<Type> },
    Rust { path: String, arguments: Vec<Type> },
    Tuple(Vec<Type>),
    Function { arguments: Vec<Type>, result: Box<Type> },
    Unknown { rust: String },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub module: String,
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub origin: Origin,
    pub doc: String,
    pub module: String,
    pub rename: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    None,
    Labelled(String),
    Optional(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    pub name: String,
    pub label: Label,
    pub ty: Type,
    pub passing: Passing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub item: Item,
    pub symbol: String,
    pub bytecode: Option<String>,
    pub arguments: Vec<Argument>,
    pub result: Type,
    pub result_passing: Passing,
    pub noalloc: bool,
    pub raises: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub item: Item,
    pub registered: String,
    pub constant: bool,
    pub arguments: Vec<Argument>,
    pub result: Type,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub rename: Option<String>,
    pub ty: Type,
    pub mutable: bool,
    pub doc: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    Tuple(Vec<Type>),
    Record(Vec<Field>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constructor {
    pub name: String,
    pub rename: Option<String>,
    pub payload: Payload,
    pub doc: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Abstract,
    Alias(Type),
    Record { fields: Vec<Field>, flat: bool },
    Variant(Vec<Constructor>),
    PolymorphicVariant(Vec<Constructor>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeDefinition {
    pub item: Item,
    pub ty: Type,
    pub ocaml: Option<String>,
    pub unboxed: bool,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionDefinition {
    pub item: Item,
    pub registered: String,
    pub ocaml: Option<String>,
    pub payload: Payload,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Library { name: String, version: String },
    Function(Function),
    Import(Import),
    Type(TypeDefinition),
    Exception(ExceptionDefinition),
}

impl Entry {
    /// The name and place; what wrote the library has none.
    pub fn item(&self) -> Option<&Item> {
        match self {
            Entry::Library { .. } => None,
            Entry::Function(function) => Some(&function.item),
            Entry::Import(import) => Some(&import.item),
            Entry::Type(definition) => Some(&definition.item),
            Entry::Exception(exception) => Some(&exception.item),
        }
    }
}

impl Item {
    /// The crate: the first segment of the module.
    pub fn crate_name(&self) -> &str {
        self.origin.module.split_once("::").map_or(&*self.origin.module, |(name, _)| name)
    }
}

impl core::fmt::Display for Origin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Origin { module, name, file, line, column } = self;
        write!(f, "{module}::{name} ({file}:{line}:{column})")
    }
}
