//! Types of the schema, in OCaml's syntax; what only Rust names is named as in Rust.

use bactrian_schema::model::{Argument, Constructor, Field, Label, Passing, Payload, Shape, Type};
use bactrian_schema::names;

/// Where a type stands, as far as parentheses go.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    Free,
    Argument,
    Simple,
}

/// A type.
pub fn show(ty: &Type) -> String {
    at(ty, Level::Free)
}

fn at(ty: &Type, level: Level) -> String {
    let parenthesised =
        |text: String, needed: bool| if needed { format!("({text})") } else { text };
    match ty {
        Type::Variable(number) => match u8::try_from(*number) {
            Ok(number) if number < 26 => format!("'{}", char::from(b'a' + number)),
            _ => format!("'a{number}"),
        },
        Type::Named { name, arguments } => applied(name, arguments),
        Type::Rust { path, arguments } => applied(path, arguments),
        Type::Tuple(types) => {
            let parts: Vec<_> = types.iter().map(|ty| at(ty, Level::Simple)).collect();
            parenthesised(parts.join(" * "), level > Level::Argument)
        }
        Type::Function { arguments, result } => {
            let mut parts: Vec<_> = arguments.iter().map(|ty| at(ty, Level::Argument)).collect();
            parts.push(show(result));
            parenthesised(parts.join(" -> "), level > Level::Free)
        }
        Type::Unknown { rust } => format!("<{rust}, which is not described>"),
    }
}

fn applied(name: &str, arguments: &[Type]) -> String {
    match arguments {
        [] => name.to_owned(),
        [one] => format!("{} {name}", at(one, Level::Simple)),
        all => format!("({}) {name}", all.iter().map(show).collect::<Vec<_>>().join(", ")),
    }
}

/// The type of a function.
pub fn signature(arguments: &[Argument], result: &Type, result_passing: Passing) -> String {
    let mut parts: Vec<_> = arguments.iter().map(argument).collect();
    if parts.is_empty() {
        parts.push("unit".to_owned());
    }
    // A result that is a function takes no further arguments of this one.
    parts.push(passed(at(result, Level::Argument), result_passing));
    parts.join(" -> ")
}

fn argument(argument: &Argument) -> String {
    let ty = passed(at(&argument.ty, Level::Argument), argument.passing);
    match &argument.label {
        Label::None => ty,
        Label::Labelled(name) => format!("{name}:{ty}"),
        Label::Optional(name) => format!("?{name}:{ty}"),
    }
}

fn passed(ty: String, passing: Passing) -> String {
    match passing {
        Passing::Word => ty,
        Passing::Unboxed => format!("({ty}[@unboxed])"),
        Passing::Untagged => format!("({ty}[@untagged])"),
    }
}

/// What a type is made of.
pub fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Abstract => "abstract".to_owned(),
        Shape::Alias(ty) => show(ty),
        Shape::Record { fields, .. } => record(fields),
        Shape::Variant(constructors) => self::constructors(constructors, ""),
        Shape::PolymorphicVariant(constructors) => {
            format!("[ {} ]", self::constructors(constructors, "`"))
        }
    }
}

fn record(fields: &[Field]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| {
            let mutable = if field.mutable { "mutable " } else { "" };
            let name = field.rename.clone().or_else(|| names::value(&field.name).ok());
            let name = name.as_ref().unwrap_or(&field.name);
            format!("{mutable}{name} : {}", show(&field.ty))
        })
        .collect();
    format!("{{ {} }}", fields.join("; "))
}

fn constructors(constructors: &[Constructor], prefix: &str) -> String {
    let all: Vec<_> = constructors
        .iter()
        .map(|constructor| {
            let name = constructor.rename.as_ref().unwrap_or(&constructor.name);
            format!("{prefix}{name}{}", payload(&constructor.payload))
        })
        .collect();
    all.join(" | ")
}

/// What follows a constructor.
pub fn payload(payload: &Payload) -> String {
    match payload {
        Payload::Tuple(types) if types.is_empty() => String::new(),
        Payload::Tuple(types) => {
            let parts: Vec<_> = types.iter().map(|ty| at(ty, Level::Simple)).collect();
            format!(" of {}", parts.join(" * "))
        }
        Payload::Record(fields) => format!(" of {}", record(fields)),
    }
}
