//! Derived types.

use bactrian::*;

/// A person.
#[derive(Clone, ToOCaml, FromOCaml)]
pub struct Person {
    /// The full name.
    name: String,
    age: i64,
    #[ocaml(mutable)]
    mail: Option<String>,
    /// A word of OCaml's.
    r#type: Kind,
}

/// What sort of person.
#[derive(Clone, Copy, ToOCaml, FromOCaml)]
pub enum Kind {
    /// One of us.
    Member,
    Guest,
}

/// A flat record.
#[derive(ToOCaml, FromOCaml)]
pub struct Point {
    x: f64,
    y: f64,
}

#[derive(ToOCaml, FromOCaml)]
pub enum Shape {
    /// A circle by its middle and radius.
    Circle(Point, f64),
    Polygon(Vec<Point>),
    Label {
        text: String,
        at: Point,
    },
    #[ocaml(rename = "Nothing_at_all")]
    Empty,
    /// A type may mention itself.
    Group(Vec<Shape>),
}

#[derive(ToOCaml, FromOCaml)]
#[ocaml(polymorphic_variant)]
pub enum Level {
    Low,
    #[ocaml(tag = "in_between")]
    Between(i64, i64),
    High(String),
}

/// Nearly a number.
#[derive(ToOCaml, FromOCaml)]
pub struct Meters(f64);

#[derive(ToOCaml, FromOCaml)]
pub struct Wrapped {
    inner: i64,
}

#[derive(ToOCaml, FromOCaml)]
pub struct Both(i64, String);

/// Of any type.
#[derive(ToOCaml, FromOCaml)]
pub struct Tagged<T> {
    tag: String,
    value: T,
}

/// A tree, and its leaves: each mentions the other.
#[derive(ToOCaml, FromOCaml)]
pub enum Tree {
    Leaf(i64),
    Node(Box<Branches>),
}

#[derive(ToOCaml, FromOCaml)]
pub struct Branches {
    left: Tree,
    right: Tree,
}

/// OCaml has a type of this name.
#[derive(ToOCaml, FromOCaml)]
pub struct List {
    length: i64,
    of: String,
}

/// What can go wrong.
#[derive(OCamlException)]
pub enum Problem {
    /// Not there.
    #[ocaml(exception = "Engine.Missing")]
    Missing(String),
    #[ocaml(exception = "Engine.Bad_line")]
    BadLine { line: i64, column: i64 },
    #[ocaml(exception = "Engine.Closed")]
    Closed,
}

#[export]
fn older(person: Person) -> Person {
    Person { age: person.age + 1, mail: Some(format!("{}@example.org", person.name)), ..person }
}

#[export]
fn area(shape: Shape) -> Meters {
    Meters(match shape {
        Shape::Circle(_, radius) => 3.0 * radius * radius,
        Shape::Polygon(points) => points.len() as f64,
        Shape::Label { text, at } => text.len() as f64 + at.x + at.y,
        Shape::Empty => 0.0,
        Shape::Group(shapes) => shapes.into_iter().map(|shape| area(shape).0).sum(),
    })
}

#[export]
fn level(n: i64) -> Level {
    match n {
        0 => Level::Low,
        1 => Level::Between(1, 2),
        _ => Level::High("top".to_owned()),
    }
}

#[export]
fn wrap(both: Both) -> Tagged<Wrapped> {
    Tagged { tag: both.1, value: Wrapped { inner: both.0 } }
}

#[export]
fn count(tree: Tree) -> i64 {
    match tree {
        Tree::Leaf(n) => n,
        Tree::Node(both) => count(both.left) + count(both.right),
    }
}

#[export]
fn list(list: List) -> List {
    List { length: list.length + 1, ..list }
}

/// Fails, in one way or another.
#[export(raise)]
fn fail(how: i64) -> Result<(), Problem> {
    Err(match how {
        0 => Problem::Missing("key".to_owned()),
        1 => Problem::BadLine { line: 3, column: 4 },
        _ => Problem::Closed,
    })
}
