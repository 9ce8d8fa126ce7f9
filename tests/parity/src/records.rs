//! Records, by the mapping macros of ocaml-interop 0.12.

use ocaml_interop::*;

#[derive(Debug, Clone, PartialEq)]
struct Person {
    full_name: String,
    birth_year: i64,
    is_active: bool,
}

impl_conv_ocaml_record! {
    Person {
        full_name: String,
        birth_year: OCamlInt,
        is_active: bool,
    }
}

/// Another name on the Rust side, and a field that is prepared.
struct Point3 {
    x: i32,
    label: Option<String>,
    z: f64,
}

enum OCamlPoint {}

impl_to_ocaml_record! {
    Point3 => OCamlPoint {
        x: OCamlInt => { i64::from(*x) + 1 },
        label: Option<String>,
        z: OCamlFloat,
    }
}

impl_from_ocaml_record! {
    OCamlPoint => Point3 {
        x: OCamlInt,
        label: Option<String>,
        z: OCamlFloat,
    }
}

/// A tuple struct.
struct Range(i64, i64);

impl_from_ocaml_record! {
    Range(low: OCamlInt, high: OCamlInt)
}

#[ocaml_interop::export]
fn parity_rename(
    cr: &mut OCamlRuntime,
    person: OCaml<Person>,
    name: OCaml<String>,
) -> OCaml<Person> {
    let mut person: Person = person.to_rust();
    person.full_name = name.to_rust();
    person.is_active = !person.is_active;
    person.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_move(cr: &mut OCamlRuntime, point: OCaml<OCamlPoint>) -> OCaml<OCamlPoint> {
    let point: Point3 = point.to_rust();
    point.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_width(cr: &mut OCamlRuntime, range: OCaml<Range>) -> OCaml<OCamlInt> {
    let range: Range = range.to_rust();
    (range.1 - range.0).to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_by_hand(cr: &mut OCamlRuntime, person: OCaml<Person>) -> OCaml<Person> {
    let unpacked = ocaml_unpack_record! {
        person => Person {
            full_name: String,
            birth_year: OCamlInt,
            is_active: bool,
        }
    };
    ocaml_alloc_record! {
        cr, unpacked {
            full_name: String => full_name.to_uppercase(),
            birth_year: OCamlInt,
            is_active: bool,
        }
    }
}
