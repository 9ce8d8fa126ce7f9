//! Derived types of every shape: the definitions that `tests/ocaml/types/types.ml` repeats, and what is done with them.

use crate::types_text::{Text, node, text_enum, text_struct};
use bactrian::*;

/// `{ name : string; age : int; height : float; tags : string list }`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub struct Person {
    pub name: String,
    pub age: u8,
    pub height: f64,
    pub tags: Vec<String>,
}

/// `{ x : float; y : float; z : float }`: flat.
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    #[ocaml(mutable)]
    pub z: f64,
}

/// `type metres = float`
#[derive(Clone, Copy, Debug, ToOCaml, FromOCaml)]
pub struct Metres(pub f64);

/// `type seconds = { seconds : float } [@@unboxed]`
#[derive(Clone, Copy, Debug, ToOCaml, FromOCaml)]
#[ocaml(unboxed)]
pub struct Seconds {
    pub seconds: f64,
}

/// `{ distance : metres; time : seconds }`: flat, since OCaml sees through both.
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
#[ocaml(float_record)]
pub struct Speed {
    pub distance: Metres,
    pub time: Seconds,
}

/// `{ low : Abstract.t; high : Abstract.t }`: not flat, since OCaml does not see that they are floats.
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
#[ocaml(float_record = false)]
pub struct Range {
    pub low: Metres,
    pub high: Metres,
}

/// `{ text : string } [@@unboxed]`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
#[ocaml(unboxed)]
pub struct Wrapped {
    pub text: String,
}

/// `Id of int [@@unboxed]`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
#[ocaml(unboxed)]
pub enum Id {
    Id(i64),
}

/// `Label of { label : string } [@@unboxed]`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
#[ocaml(unboxed)]
pub enum Label {
    Label { label: String },
}

/// `Sole of { label : string }`: the same, boxed.
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub enum Sole {
    Sole { label: String },
}

/// `Empty | Circle of float | Rectangle of float * float | Named of { name : string; inner : shape list } | Unknown | Pair
/// of (int * string)`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub enum Shape {
    Empty,
    Circle(f64),
    Rectangle(f64, f64),
    Named { name: String, inner: Vec<Shape> },
    Unknown,
    Pair((i64, String)),
}

/// `Red | Green | Blue`
#[derive(Clone, Copy, Debug, PartialEq, ToOCaml, FromOCaml, OCamlView)]
pub enum Colour {
    Red,
    Green,
    Blue,
}

/// ``[ `Quit | `Say of string | `Move of int * int | `write of colour | `Pair of (int * int) ]``
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
#[ocaml(polymorphic_variant)]
pub enum Message {
    Quit,
    Say(String),
    Move(i64, i64),
    #[ocaml(tag = "write")]
    Write(Colour),
    Pair((i64, i64)),
}

/// `type never = |`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub enum Never {}

/// `{ label : string; content : 'a; others : 'a list }`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub struct Labelled<T> {
    pub label: String,
    pub content: T,
    pub others: Vec<T>,
}

/// `Nil | Cons of 'a * 'a chain`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub enum Chain<T> {
    Nil,
    Cons(T, Box<Chain<T>>),
}

/// `{ value : 'a; children : 'a rose list }`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub struct Rose<T> {
    pub value: T,
    pub children: Vec<Rose<T>>,
}

/// `Literal of int | Negation of expression | Block of statement list`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub enum Expression {
    Literal(i64),
    Negation(Box<Expression>),
    Block(Vec<Statement>),
}

/// `and statement = { target : string option; source : expression }`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub struct Statement {
    pub target: Option<String>,
    pub source: Expression,
}

/// `Leaf | Node of tree * int * tree`
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
pub enum Tree {
    Leaf,
    Node(Box<Tree>, i64, Box<Tree>),
}

/// `Left_ of 'a | Both of { value : 'a; copies : 'b list list } | Neither`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub enum Choice<A, B> {
    First(A),
    Both { value: A, copies: Vec<Vec<B>> },
    Neither,
}

/// `string * int * float`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub struct Triple(pub String, pub i64, pub f64);

/// `{ mutable count : int; mutable last : string; name : string }`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub struct Counter {
    #[ocaml(mutable)]
    pub count: i64,
    #[ocaml(mutable)]
    pub last: String,
    pub name: String,
}

/// `{ head : person; where : point; moves : (message * shape option) list; state : (id, never) result }`
#[derive(Clone, Debug, ToOCaml, FromOCaml, OCamlView)]
pub struct World {
    pub head: Person,
    pub place: Point,
    pub moves: Vec<(Message, Option<Shape>)>,
    pub state: Result<Id, Never>,
}

text_struct! {
    Person { name, age, height, tags }
    Point { x, y, z }
    Metres { 0 }
    Seconds { seconds }
    Speed { distance, time }
    Range { low, high }
    Wrapped { text }
    Labelled<T> { label, content, others }
    Rose<T> { value, children }
    Statement { target, source }
    Triple { 0, 1, 2 }
    Counter { count, last, name }
    World { head, place, moves, state }
}

text_enum! { Id { Id "Id": Id::Id(n) => [n]; } }
text_enum! { Label { Label "Label": Label::Label { label } => [label]; } }
text_enum! { Sole { Sole "Sole": Sole::Sole { label } => [label]; } }

text_enum! { Shape {
    Empty "Empty": Shape::Empty => [];
    Circle "Circle": Shape::Circle(r) => [r];
    Rectangle "Rectangle": Shape::Rectangle(a, b) => [a, b];
    Named "Named": Shape::Named { name, inner } => [name, inner];
    Unknown "Unknown": Shape::Unknown => [];
    Pair "Pair": Shape::Pair(pair) => [pair];
} }

text_enum! { Colour {
    Red "Red": Colour::Red => [];
    Green "Green": Colour::Green => [];
    Blue "Blue": Colour::Blue => [];
} }

text_enum! { Message {
    Quit "Quit": Message::Quit => [];
    Say "Say": Message::Say(text) => [text];
    Move "Move": Message::Move(a, b) => [a, b];
    Write "write": Message::Write(colour) => [colour];
    Pair "Pair": Message::Pair(pair) => [pair];
} }

impl Text for Never {
    fn write(&self, out: &mut Vec<u8>) {
        node(out, "Never", &[]);
    }
}

text_enum! { Chain<T> {
    Nil "Nil": Chain::Nil => [];
    Cons "Cons": Chain::Cons(head, tail) => [head, tail];
} }

text_enum! { Expression {
    Literal "Literal": Expression::Literal(n) => [n];
    Negation "Negation": Expression::Negation(e) => [e];
    Block "Block": Expression::Block(statements) => [statements];
} }

text_enum! { Tree {
    Leaf "Leaf": Tree::Leaf => [];
    Node "Node": Tree::Node(left, value, right) => [left, value, right];
} }

text_enum! { Choice<A, B> {
    First "First": Choice::First(value) => [value];
    Both "Both": Choice::Both { value, copies } => [value, copies];
    Neither "Neither": Choice::Neither => [];
} }

// Views

/// A person's name and age, from the value and from the root, without the rest.
#[export]
fn dv_person(rt: &OCamlRuntime, person: OCamlRef<'_, Person>) -> (String, i64, f64, usize) {
    let value = rt.get(person);
    assert_eq!(value.name(rt).as_bytes(), person.name(rt).as_bytes());
    (
        person.name(rt).to_rust(),
        value.age(rt).to_i64(),
        value.height(rt).to_rust(),
        person.tags(rt).iter().count(),
    )
}

/// The fields of a flat record, and another `z`.
#[export]
fn dv_point(rt: &OCamlRuntime, point: OCamlRef<'_, Point>, z: f64) -> (f64, f64, f64) {
    let before = (point.x(rt), point.y(rt), rt.get(point).z(rt));
    point.set_z(rt, z);
    before
}

#[export]
fn dv_speed(rt: &OCamlRuntime, speed: OCamlRef<'_, Speed>) -> f64 {
    speed.distance(rt) / speed.time(rt)
}

#[export]
fn dv_triple(rt: &OCamlRuntime, triple: OCamlRef<'_, Triple>) -> (String, i64) {
    (triple.field_0(rt).to_rust(), triple.field_1(rt).to_i64())
}

#[export]
fn dv_labelled(rt: &OCamlRuntime, labelled: OCamlRef<'_, Labelled<String>>) -> (String, usize) {
    let content = rt.get(labelled).content(rt).to_rust();
    (content, labelled.others(rt).iter().count())
}

/// Counts up, and notes a fresh text, with collections between.
#[export]
fn dv_count(
    rt: &mut OCamlRuntime,
    counter: OCamlRef<'_, Counter>,
    text: String,
    collect: OCamlFn<((),), ()>,
) -> String {
    let next = counter.count(rt).to_i64() + 1;
    let next = OCaml::of_i64(next).unwrap_or_else(|error| error.throw());
    counter.set_count(rt, next);
    let text = format!("{text} {}", next.to_i64()).to_boxroot(rt);
    counter.set_last(rt, rt.get(&text));
    drop(text);
    collect.call(rt, ((),)).expect("a collection raises nothing");
    counter.last(rt).to_rust()
}

/// A shape by its constructor, looking only at what is wanted.
#[export(raise)]
fn dv_shape(
    rt: &OCamlRuntime,
    shape: OCamlRef<'_, Shape>,
) -> Result<(String, usize), ConversionError> {
    fn look(shape: OCaml<'_, Shape>) -> Result<(String, usize), ConversionError> {
        Ok(match ShapeView::of(shape)? {
            ShapeView::Empty => ("Empty".into(), 0),
            ShapeView::Circle(r) => (format!("Circle {}", r.to_rust::<f64>()), 1),
            ShapeView::Rectangle(a, b) => {
                (format!("Rectangle {}", a.to_rust::<f64>() * b.to_rust::<f64>()), 2)
            }
            ShapeView::Named { name, inner } => {
                let mut deepest = 0;
                for inner in inner {
                    deepest = deepest.max(look(inner)?.1);
                }
                (name.try_to_rust()?, deepest + 10)
            }
            ShapeView::Unknown => ("Unknown".into(), 3),
            ShapeView::Pair(pair) => (pair.snd().try_to_rust()?, 4),
        })
    }
    look(rt.get(shape))
}

#[export(raise)]
fn dv_colour(colour: OCaml<'_, Colour>) -> Result<bool, ConversionError> {
    let view = ColourView::of(colour)?;
    Ok(matches!(view, ColourView::Green))
}

#[export(raise)]
fn dv_message(message: OCaml<'_, Message>) -> Result<String, ConversionError> {
    Ok(match MessageView::of(message)? {
        MessageView::Quit => "Quit".into(),
        MessageView::Say(text) => text.try_to_rust()?,
        MessageView::Move(a, b) => format!("{} {}", a.to_i64(), b.to_i64()),
        MessageView::Write(colour) => format!("{:?}", colour.try_to_rust::<Colour>()?),
        MessageView::Pair(pair) => format!("{}+{}", pair.fst().to_i64(), pair.snd().to_i64()),
    })
}

#[export(raise)]
fn dv_choice(choice: OCaml<'_, Choice<String, i64>>) -> Result<i64, ConversionError> {
    Ok(match ChoiceView::of(choice)? {
        ChoiceView::First(text) => text.as_bytes().len() as i64,
        ChoiceView::Both { value, copies } => {
            let copies = copies.iter().flat_map(|list| list.iter().map(|n| n.to_i64()));
            value.as_bytes().len() as i64 + copies.sum::<i64>()
        }
        ChoiceView::Neither => -1,
    })
}

#[export]
fn dv_world(rt: &OCamlRuntime, world: OCamlRef<'_, World>) -> (String, f64) {
    (world.head(rt).name(rt).to_rust(), world.place(rt).y(rt))
}

// Types that Rust knows nothing of

/// `Abstract.token`
#[derive(DescribeOCaml)]
#[ocaml(type = "Abstract.token")]
pub struct Token {
    _private: (),
}

#[export]
fn dv_token(rt: &OCamlRuntime, token: OCamlRef<'_, Token>) -> (BoxRoot<Token>, BoxRoot<Token>) {
    (token.to_boxroot(rt), rt.get(token).root())
}

#[export]
fn dv_tokens(tokens: Vec<BoxRoot<Token>>) -> Vec<BoxRoot<Token>> {
    tokens.into_iter().rev().collect()
}

/// A GADT's or extensible variant's value goes through unchanged.
#[export]
fn dv_any(value: BoxRoot<OCamlAny>) -> Option<BoxRoot<OCamlAny>> {
    Some(value)
}

#[export]
fn dv_never(value: Result<i64, Never>) -> Result<i64, Never> {
    value
}

#[export]
fn dv_never_option(value: Option<Never>) -> Option<Never> {
    value
}
