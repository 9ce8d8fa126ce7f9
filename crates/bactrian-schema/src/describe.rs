//! Descriptions as constants: what macros write, without any allocation.
//!
//! [`model`](crate::model) has the same types as they are read.

/// An OCaml type.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// `'a`, `'b` …, by number.
    Variable(u32),
    /// A type constructor by its OCaml name, such as `list` or `Lwt.t`, and its arguments.
    Named {
        /// The name, with its modules.
        name: &'static str,
        /// The arguments.
        arguments: &'static [&'static Type],
    },
    /// What the Rust type of this path is to OCaml; an entry of its own defines it.
    Rust {
        /// The path: `crate::module::Type`.
        path: &'static str,
        /// The arguments.
        arguments: &'static [&'static Type],
    },
    /// `a * b`
    Tuple(&'static [&'static Type]),
    /// `a -> b -> r`
    Function {
        /// The arguments.
        arguments: &'static [&'static Type],
        /// The result.
        result: &'static Type,
    },
    /// A Rust type of which nobody has said what it is to OCaml.
    Unknown {
        /// The type, as it is written.
        rust: &'static str,
    },
}

/// Where in the Rust sources something is.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The module: `crate::module`.
    pub module: &'static str,
    /// The Rust name.
    pub name: &'static str,
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// What is common to all that is described.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Where it is.
    pub origin: Origin,
    /// The documentation, as it is written in Rust.
    pub doc: &'static str,
    /// The OCaml module, such as `Index` or `Index.Cursor`; empty for the top.
    pub module: &'static str,
    /// The OCaml name, where it is not the Rust name's.
    pub rename: Option<&'static str>,
}

/// How a value crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// As an OCaml word.
    Word,
    /// `[@unboxed]`
    Unboxed,
    /// `[@untagged]`
    Untagged,
}

/// The label of an argument.
#[derive(Clone, Copy, Debug)]
pub enum Label {
    /// None.
    None,
    /// `~label:`
    Labelled(&'static str),
    /// `?label:`; the type is that of the option's contents.
    Optional(&'static str),
}

/// An argument of a function.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its Rust name; empty when it has none.
    pub name: &'static str,
    /// Its label.
    pub label: Label,
    /// Its type.
    pub ty: &'static Type,
    /// How it crosses.
    pub passing: Passing,
}

/// A function that OCaml calls.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name and place.
    pub item: Item,
    /// The symbol.
    pub symbol: &'static str,
    /// The symbol for bytecode, where that is another.
    pub bytecode: Option<&'static str>,
    /// The arguments; none stands for `unit`.
    pub arguments: &'static [Argument],
    /// The type of the result, with the promise around it if there is one.
    pub result: &'static Type,
    /// How the result crosses.
    pub result_passing: Passing,
    /// `[@@noalloc]`
    pub noalloc: bool,
    /// Whether an `Err` is raised.
    pub raises: bool,
}

/// A function that Rust calls, or a value that it reads.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// Its name and place.
    pub item: Item,
    /// The name under which OCaml registers it.
    pub registered: &'static str,
    /// Whether it is a value that is not called.
    pub constant: bool,
    /// The arguments; none stands for `unit`, unless it is a constant.
    pub arguments: &'static [Argument],
    /// The type of the result, or of the constant.
    pub result: &'static Type,
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its Rust name.
    pub name: &'static str,
    /// Its OCaml name, where that is another.
    pub rename: Option<&'static str>,
    /// Its type.
    pub ty: &'static Type,
    /// `mutable`
    pub mutable: bool,
    /// The documentation, as it is written in Rust.
    pub doc: &'static str,
}

/// The arguments of a constructor.
#[derive(Clone, Copy, Debug)]
pub enum Payload {
    /// `of a * b`, or nothing.
    Tuple(&'static [&'static Type]),
    /// `of { x : a }`
    Record(&'static [Field]),
}

/// A constructor of a variant.
#[derive(Clone, Copy, Debug)]
pub struct Constructor {
    /// Its Rust name, or the tag of a polymorphic one.
    pub name: &'static str,
    /// Its OCaml name, where that is another.
    pub rename: Option<&'static str>,
    /// Its arguments.
    pub payload: Payload,
    /// The documentation, as it is written in Rust.
    pub doc: &'static str,
}

/// What a type is.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Nothing is said of it.
    Abstract,
    /// Another name for a type.
    Alias(&'static Type),
    /// A record.
    Record {
        /// Its fields.
        fields: &'static [Field],
        /// Whether Rust takes it for a flat array of floats.
        flat: bool,
    },
    /// A variant.
    Variant(&'static [Constructor]),
    /// A polymorphic variant.
    PolymorphicVariant(&'static [Constructor]),
}

/// A type that OCaml sees.
#[derive(Clone, Copy, Debug)]
pub struct TypeDefinition {
    /// Its name and place.
    pub item: Item,
    /// The type that is defined: a [`Type::Rust`] of variables. Several definitions of one type must agree.
    pub ty: &'static Type,
    /// The OCaml type that it is, where OCaml defines it: `Domain.person`.
    pub ocaml: Option<&'static str>,
    /// `[@@unboxed]`
    pub unboxed: bool,
    /// What it is.
    pub shape: Shape,
}

/// An exception that Rust raises.
#[derive(Clone, Copy, Debug)]
pub struct ExceptionDefinition {
    /// Its name and place.
    pub item: Item,
    /// The name under which OCaml registers it.
    pub registered: &'static str,
    /// The OCaml exception that it is, where OCaml defines it: `Domain.Bad_input`.
    pub ocaml: Option<&'static str>,
    /// Its arguments.
    pub payload: Payload,
}

/// An entry of the section.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// What wrote the entries: the name and version of a crate.
    Library {
        /// The crate.
        name: &'static str,
        /// Its version.
        version: &'static str,
    },
    /// A function that OCaml calls.
    Function(Function),
    /// A function that Rust calls.
    Import(Import),
    /// A type.
    Type(TypeDefinition),
    /// An exception.
    Exception(ExceptionDefinition),
}

impl Type {
    /// A type without arguments, by its OCaml name.
    pub const fn named(name: &'static str) -> Self {
        Type::Named { name, arguments: &[] }
    }

    /// The `t` of `t option`.
    ///
    /// # Panics
    /// When the type is another: an optional argument must be an option.
    pub const fn contents_of_option(&'static self) -> &'static Type {
        if let Type::Named { name, arguments: [contents] } = self
            && let b"option" = name.as_bytes()
        {
            return contents;
        }
        if let Type::Unknown { .. } = self {
            return self;
        }
        panic!(
            "an argument with #[ocaml(optional)] is an `Option`, which is `None` where OCaml gives none"
        )
    }
}

impl Entry {
    /// How many bytes it is.
    pub const fn size(&self) -> usize {
        crate::encode::size(self)
    }

    /// Its bytes; `N` is its [size](Self::size).
    ///
    /// # Panics
    /// When `N` is not the size, or a type is nested more than 64 deep.
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        crate::encode::bytes(self)
    }
}
