//! What would be read wrongly in OCaml, or not at all, although every name is fine.

use super::scope::{Definition, Module, Program};
use crate::error::{Error, Result};
use bactrian_schema::model::{Constructor, Payload, Shape, Type};
use bactrian_schema::names;
use std::collections::HashSet;

/// Checks all types of a program.
pub fn check(program: &Program) -> Result<()> {
    program.units.iter().try_for_each(|unit| check_module(program, &unit.root))
}

fn check_module(program: &Program, module: &Module) -> Result<()> {
    for definition in &module.types {
        let context = |error: Error| Error::new(format!("{}: {error}", definition.item.origin));
        circle(program, definition).map_err(context)?;
        flat(program, definition).map_err(context)?;
        tags(definition).map_err(context)?;
    }
    module.children.values().try_for_each(|child| check_module(program, child))
}

/// OCaml has no abbreviation that contains itself.
fn circle(program: &Program, definition: &Definition) -> Result<()> {
    let (Shape::Alias(ty), None) = (definition.shape, definition.ocaml) else { return Ok(()) };
    let mut seen = HashSet::new();
    if reaches(program, ty, &definition.rust, &mut seen) {
        return Err(Error::new(format!(
            "`{}` is what its field is, and so would contain itself without end: give the field a name, which makes it a \
             record",
            definition.item.origin.name
        )));
    }
    Ok(())
}

/// Whether a type contains another, through abbreviations alone.
fn reaches(program: &Program, ty: &Type, target: &str, seen: &mut HashSet<String>) -> bool {
    let mut any = |types: &[Type]| types.iter().any(|ty| reaches(program, ty, target, seen));
    match ty {
        Type::Variable(_) | Type::Unknown { .. } => false,
        Type::Named { arguments, .. } | Type::Tuple(arguments) => any(arguments),
        Type::Function { arguments, result } => {
            any(arguments) || any(std::slice::from_ref(&**result))
        }
        Type::Rust { path, arguments } => {
            if path == target || any(arguments) {
                return true;
            }
            let Some(definition) = program.definition(path) else { return false };
            match (definition.shape, definition.ocaml) {
                (Shape::Alias(ty), None) => {
                    seen.insert(path.clone()) && reaches(program, ty, target, seen)
                }
                _ => false,
            }
        }
    }
}

/// A record is flat in OCaml when all of its fields are floats, whatever Rust calls them.
fn flat(program: &Program, definition: &Definition) -> Result<()> {
    let Shape::Record { fields, flat } = definition.shape else { return Ok(()) };
    // An abstract type may stand for a float there, and the definition is OCaml's.
    if definition.ocaml.is_some() || definition.unboxed {
        return Ok(());
    }
    let floats = fields.iter().all(|field| is_float(program, &field.ty));
    match (flat, floats) {
        (true, false) => Err(Error::new(
            "Rust takes this record for a flat one of floats, and to OCaml not every field is a `float`: leave \
             `float_record` away, or name the OCaml type with `type = \"…\"`",
        )),
        (false, true) => Err(Error::new(
            "to OCaml every field of this record is a `float`, so it is flat, and Rust takes it for another: say \
             #[ocaml(float_record)], or name the OCaml type with `type = \"…\"`",
        )),
        _ => Ok(()),
    }
}

fn is_float(program: &Program, ty: &Type) -> bool {
    match ty {
        Type::Named { name, .. } => name == "float",
        Type::Rust { path, .. } => program.definition(path).is_some_and(|definition| {
            match (definition.shape, definition.unboxed, definition.ocaml) {
                (Shape::Alias(ty), ..) => is_float(program, ty),
                _ => false,
            }
        }),
        _ => false,
    }
}

/// The tag of a polymorphic variant is its name, so nothing can be done about one that OCaml cannot read.
fn tags(definition: &Definition) -> Result<()> {
    let Shape::PolymorphicVariant(constructors) = definition.shape else { return Ok(()) };
    for Constructor { name, payload, .. } in constructors {
        if !names::is_tag(name) {
            return Err(Error::new(format!(
                "OCaml cannot read `{name}` as the tag of a polymorphic variant"
            )));
        }
        debug_assert!(matches!(payload, Payload::Tuple(_)), "a polymorphic variant has no record");
    }
    if constructors.is_empty() {
        return Err(Error::new("OCaml has no polymorphic variant without constructors"));
    }
    Ok(())
}
