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
    e_isize: isize;
    e_f32: f32;
    e_unit_option: Option<()>;
    e_option_deep: Option<Option<Option<String>>>;
    e_result_result: Result<Result<i64, String>, Option<f64>>;
    e_result_unit: Result<(), String>;
    e_bytes_list: Vec<Vec<u8>>;
    e_bytes_lists: Vec<Vec<Vec<u8>>>;
    e_float_pair: (f64, f64);
    e_four: (String, i64, Vec<String>, Option<String>);
    e_map_of_maps: BTreeMap<String, BTreeMap<i64, String>>;
    e_single: Single;
    e_small_floats: SmallFloats;
    e_inline: Inline;
    e_labelled_float: Labelled<f64>;
    e_labelled_nested: Labelled<Labelled<Vec<Option<String>>>>;
    e_choice: Choice<String, i64>;
    e_family: Family;
    e_signal: Signal;
    e_route: Route;
    e_empty_braces: EmptyBraces;
    e_wide: Wide;
    e_very_wide: VeryWide;
    e_forest: Vec<Tree>;
    e_messages: Vec<Message>;
    e_u8_option: Option<u8>;
    e_twins: Twins<f64>;
    e_char_list: Vec<char>;
    e_bool_pair: (bool, bool);
    e_units: Vec<()>;
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
    e_u32_bits: u32 as "OCamlInt32";
    e_u64_bits: u64 as "OCamlInt64";
    e_usize_bits: usize as "OCamlNativeInt";
    e_array_array: Vec<Vec<String>> as "OCamlArray<OCamlList<String>>";
    e_person_array: Vec<Person> as "OCamlArray<Person>";
    e_char_array: Vec<char> as "OCamlArray<OCamlChar>";
    e_int64_array: Vec<i64> as "OCamlArray<OCamlInt64>";
    e_int64_list: Vec<i64> as "OCamlList<OCamlInt64>";
    e_int32_option: Option<i32> as "Option<OCamlInt32>";
    e_bytes_text: String as "OCamlBytes";
    e_option_array: Option<Vec<i64>> as "Option<OCamlArray<OCamlInt>>";
    e_metres_array: Vec<Metres> as "OCamlArray<Metres>";
    e_float_array_list: Vec<Vec<f64>> as "OCamlList<OCamlFloatArray>";
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

/// `{ only : float }`: flat, with one element.
#[derive(ToOCaml, FromOCaml)]
pub struct Single {
    only: f64,
}

/// `{ p : float; q : float; r : float }`: flat, whatever the width in Rust.
#[derive(ToOCaml, FromOCaml)]
pub struct SmallFloats {
    p: f32,
    #[ocaml(as_ = "OCamlFloat")]
    q: f64,
    r: f64,
}

/// `Floats of { x : float; y : float } | One of { z : float } | Boxed of float * float`: none is flat.
#[derive(ToOCaml, FromOCaml)]
pub enum Inline {
    Floats { x: f64, y: f64 },
    One { z: f64 },
    Boxed(f64, f64),
}

/// `Left of 'a | Right of { value : 'b; copies : 'b list } | Neither`
#[derive(ToOCaml, FromOCaml)]
pub enum Choice<A, B> {
    Left(A),
    Right {
        value: B,
        #[ocaml(as_ = "OCamlList<B::OCamlType>")]
        copies: Vec<B>,
    },
    Neither,
}

/// `{ twin : 'a; other : 'a }`: not flat, not even of floats.
#[derive(ToOCaml, FromOCaml)]
pub struct Twins<T> {
    twin: T,
    other: T,
}

/// `{ head : person; members : person list; pet : (string * colour) option }`
#[derive(ToOCaml, FromOCaml)]
pub struct Family {
    head: Person,
    members: Vec<Person>,
    pet: Option<(String, Colour)>,
}

/// Constants and others in turn: each kind is numbered apart.
#[derive(ToOCaml, FromOCaml)]
pub enum Signal {
    Start,
    Level(i64),
    Pause,
    Text(String),
    Both(i64, String),
    Stop,
    Shape { shape: Box<Shape>, scale: f64 },
}

/// ``[ `GET of string | `post of { … } as a tuple | `Option' | `été ]``: names that Rust cannot write.
#[derive(ToOCaml, FromOCaml)]
#[ocaml(polymorphic_variant)]
pub enum Route {
    #[ocaml(tag = "GET")]
    Get(String),
    #[ocaml(tag = "post")]
    Post {
        path: String,
        size: i64,
        ratio: f64,
    },
    #[ocaml(tag = "Option'")]
    Prime,
    #[ocaml(tag = "a_rather_long_tag_name_whose_hash_wraps_around")]
    Long(Option<Box<Route>>),
    Pair((i64, i64)),
}

/// `unit`
#[derive(ToOCaml, FromOCaml)]
pub struct EmptyBraces {}

/// Records that are too wide for the registers, and for the minor heap. OCaml passes arrays, which look the same.
macro_rules! wide {
    ($(#[$doc:meta] $name:ident: $ty:ty: $($field:ident)*;)*) => {$(
        #[$doc]
        #[derive(ToOCaml, FromOCaml)]
        pub struct $name {
            $($field: $ty,)*
            last: String,
        }
    )*};
}

wide! {
    /// 21 fields.
    Wide: String: a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9;
    /// 260 fields, more than `Max_young_wosize`; those before the last are roots while it is made.
    VeryWide: i64:
        ax0 ax1 ax2 ax3 ax4 ax5 ax6 ax7 ax8 ax9 bx0 bx1 bx2 bx3 bx4 bx5 bx6 bx7 bx8 bx9
        cx0 cx1 cx2 cx3 cx4 cx5 cx6 cx7 cx8 cx9 dx0 dx1 dx2 dx3 dx4 dx5 dx6 dx7 dx8 dx9
        ex0 ex1 ex2 ex3 ex4 ex5 ex6 ex7 ex8 ex9 fx0 fx1 fx2 fx3 fx4 fx5 fx6 fx7 fx8 fx9
        gx0 gx1 gx2 gx3 gx4 gx5 gx6 gx7 gx8 gx9 hx0 hx1 hx2 hx3 hx4 hx5 hx6 hx7 hx8 hx9
        ix0 ix1 ix2 ix3 ix4 ix5 ix6 ix7 ix8 ix9 jx0 jx1 jx2 jx3 jx4 jx5 jx6 jx7 jx8 jx9
        kx0 kx1 kx2 kx3 kx4 kx5 kx6 kx7 kx8 kx9 lx0 lx1 lx2 lx3 lx4 lx5 lx6 lx7 lx8 lx9
        mx0 mx1 mx2 mx3 mx4 mx5 mx6 mx7 mx8 mx9 nx0 nx1 nx2 nx3 nx4 nx5 nx6 nx7 nx8 nx9
        ox0 ox1 ox2 ox3 ox4 ox5 ox6 ox7 ox8 ox9 px0 px1 px2 px3 px4 px5 px6 px7 px8 px9
        qx0 qx1 qx2 qx3 qx4 qx5 qx6 qx7 qx8 qx9 rx0 rx1 rx2 rx3 rx4 rx5 rx6 rx7 rx8 rx9
        sx0 sx1 sx2 sx3 sx4 sx5 sx6 sx7 sx8 sx9 tx0 tx1 tx2 tx3 tx4 tx5 tx6 tx7 tx8 tx9
        ux0 ux1 ux2 ux3 ux4 ux5 ux6 ux7 ux8 ux9 vx0 vx1 vx2 vx3 vx4 vx5 vx6 vx7 vx8 vx9
        wx0 wx1 wx2 wx3 wx4 wx5 wx6 wx7 wx8 wx9 xx0 xx1 xx2 xx3 xx4 xx5 xx6 xx7 xx8 xx9
        yx0 yx1 yx2 yx3 yx4 yx5 yx6 yx7 yx8 yx9 zx0 zx1 zx2 zx3 zx4 zx5 zx6 zx7 zx8;
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

/// The first element only, by its accessor: `None` beyond the end.
#[export]
fn e_array_get(array: OCaml<'_, OCamlArray<OCamlInt>>, index: i64) -> Option<i64> {
    array.get(index as usize).map(|item| item.to_i64())
}

#[export]
fn e_tree_of_depth(depth: i64) -> Tree {
    (0..depth).fold(Tree::Leaf, |tree, i| Tree::Node(Box::new(Tree::Leaf), i, Box::new(tree)))
}

#[export]
fn e_depth(tree: Tree) -> i64 {
    let (mut depth, mut tree) = (0, &tree);
    while let Tree::Node(_, _, right) = tree {
        depth += 1;
        tree = right;
    }
    depth
}

/// What a string is to Rust: its length, and the sum of its bytes.
#[export]
fn e_measure(text: &[u8]) -> (i64, i64) {
    (text.len() as i64, text.iter().map(|&b| i64::from(b)).sum())
}

#[export]
fn e_bytes_of_size(n: i64) -> Vec<u8> {
    (0..n).map(|i| i as u8).collect()
}

#[export]
fn e_numbered_tuples(n: i64) -> Vec<(String, f64, Option<String>)> {
    (0..n).map(|i| (i.to_string(), i as f64, (i % 2 == 0).then(|| "even".into()))).collect()
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
fn e_min_int() -> i64 {
    -(1 << 62)
}

#[export]
fn e_below_min_int() -> i64 {
    -(1 << 62) - 1
}

#[export]
fn e_max_u64() -> u64 {
    u64::MAX
}

/// One that is too large, deep within what is otherwise fine and takes roots.
#[export]
fn e_max_int_deep() -> BTreeMap<String, Vec<Option<(String, Labelled<i64>)>>> {
    let labelled = |content| Labelled { label: "l".repeat(100), content };
    let list = vec![None, Some(("x".into(), labelled(1))), Some(("y".into(), labelled(1 << 62)))];
    BTreeMap::from([("a".into(), vec![]), ("b".into(), list)])
}

#[export]
fn e_latin_char() -> char {
    'ÿ'
}

#[export]
fn e_wide_char_nested() -> Vec<(i64, char)> {
    vec![(1, 'a'), (2, 'Ā')]
}

#[export]
fn e_wide_char() -> char {
    '🐫'
}
