//! Each type there and back.

use bactrian::*;
use std::collections::{BTreeMap, HashMap};

macro_rules! echo {
    ($($name:ident: $ty:ty;)*) => {$(
        #[export]
        fn $name(value: $ty) -> $ty {
            value
        }
    )*};
}

macro_rules! echo_as {
    ($($name:ident: $ty:ty as $ocaml:literal;)*) => {$(
        #[export(returns = $ocaml)]
        fn $name(#[ocaml(as_ = $ocaml)] value: $ty) -> $ty {
            value
        }
    )*};
}

echo! {
    e_unit: ();
    e_bool: bool;
    e_char: char;
    e_int: i64;
    e_i8: i8;
    e_u8: u8;
    e_i16: i16;
    e_u16: u16;
    e_i32: i32;
    e_u32: u32;
    e_u64: u64;
    e_usize: usize;
    e_float: f64;
    e_string: String;
    e_box_str: Box<str>;
    e_string_bytes: Vec<u8>;
    e_option: Option<String>;
    e_option_option: Option<Option<i64>>;
    e_result: Result<String, i64>;
    e_int_list: Vec<i64>;
    e_string_list: Vec<String>;
    e_float_list: Vec<f64>;
    e_nested_list: Vec<Vec<Option<(i64, String)>>>;
    e_pair: (i64, String);
    e_triple: (String, f64, bool);
    e_nine: (i64, String, f64, bool, char, Option<i64>, Vec<i64>, (i64, i64), String);
    e_box: Box<(String, Box<i64>)>;
    e_hash_map: HashMap<String, i64>;
    e_btree_map: BTreeMap<i64, Vec<String>>;
    e_person: Person;
    e_point: Point;
    e_mixed_floats: Mixed;
    e_shape: Shape;
    e_colour: Colour;
    e_message: Message;
    e_tree: Tree;
    e_metres: Metres;
    e_triple_struct: Triple;
    e_nothing: Nothing;
    e_labelled: Labelled<String>;
    e_roots: Vec<BoxRoot<String>>;
}

echo_as! {
    e_int32: i32 as "OCamlInt32";
    e_int64: i64 as "OCamlInt64";
    e_nativeint: isize as "OCamlNativeInt";
    e_bytes: Vec<u8> as "OCamlBytes";
    e_byte_char: u8 as "OCamlChar";
    e_int_array: Vec<i64> as "OCamlArray<OCamlInt>";
    e_string_array: Vec<String> as "OCamlArray<String>";
    e_float_array: Vec<f64> as "OCamlFloatArray";
    e_bad_float_array: Vec<f64> as "OCamlArray<OCamlFloat>";
}

/// `{ name : string; age : int; height : float; tags : string list }`
#[derive(ToOCaml, FromOCaml)]
pub struct Person {
    name: String,
    age: u8,
    height: f64,
    tags: Vec<String>,
}

/// `{ x : float; y : float }`: flat.
#[derive(ToOCaml, FromOCaml)]
pub struct Point {
    x: f64,
    y: f64,
}

/// `{ a : float; b : int64; c : float }`: not flat.
#[derive(ToOCaml, FromOCaml)]
pub struct Mixed {
    a: f64,
    #[ocaml(as_ = "OCamlInt64")]
    b: i64,
    c: f64,
}

/// `Empty | Circle of float | Rectangle of float * float | Named of { name : string; inner : shape list } | Unknown`
#[derive(ToOCaml, FromOCaml)]
pub enum Shape {
    Empty,
    Circle(f64),
    Rectangle(f64, f64),
    Named { name: String, inner: Vec<Shape> },
    Unknown,
}

/// `Red | Green | Blue`
#[derive(ToOCaml, FromOCaml)]
pub enum Colour {
    Red,
    Green,
    Blue,
}

/// ``[ `Quit | `Say of string | `Move of int * int | `write of colour ]``
#[derive(ToOCaml, FromOCaml)]
#[ocaml(polymorphic_variant)]
pub enum Message {
    Quit,
    Say(String),
    Move(i64, i64),
    #[ocaml(tag = "write")]
    Write(Colour),
}

/// `Leaf | Node of tree * int * tree`
#[derive(ToOCaml, FromOCaml)]
pub enum Tree {
    Leaf,
    Node(Box<Tree>, i64, Box<Tree>),
}

/// `float`
#[derive(ToOCaml, FromOCaml)]
pub struct Metres(f64);

/// `string * int * float`
#[derive(ToOCaml, FromOCaml)]
pub struct Triple(String, i64, f64);

/// `unit`
#[derive(ToOCaml, FromOCaml)]
pub struct Nothing;

/// `{ label : string; content : 'a }`
#[derive(ToOCaml, FromOCaml)]
pub struct Labelled<T> {
    label: String,
    content: T,
}

#[export]
fn e_sum_by_iterating(list: OCaml<'_, OCamlList<OCamlInt>>) -> i64 {
    list.iter().map(|item| item.to_i64()).sum()
}

#[export]
fn e_list_of_size(n: i64) -> Vec<String> {
    (0..n).map(|i| i.to_string()).collect()
}

#[export(returns = "OCamlArray<String>")]
fn e_array_of_size(n: i64) -> Vec<String> {
    (0..n).map(|i| i.to_string()).collect()
}

#[export(returns = "OCamlFloatArray")]
fn e_floats_of_size(n: i64) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

#[export]
fn e_string_of_size(n: i64) -> String {
    "x".repeat(n as usize)
}

#[export]
fn e_max_int() -> i64 {
    i64::MAX
}

#[export]
fn e_max_int_nested() -> Vec<(String, i64)> {
    vec![("a".into(), 1), ("b".into(), i64::MIN)]
}

#[export]
fn e_wide_char() -> char {
    '🐫'
}
