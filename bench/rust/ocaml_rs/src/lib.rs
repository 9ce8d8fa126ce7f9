//! The rows as the book of ocaml-rs teaches to write them.

use ocaml::root::Root;
use ocaml::{bigarray::Array1, Array, CamlError, Error, Int, List, Value};

#[ocaml::func]
pub fn o_noop() {}

#[no_mangle]
pub extern "C" fn o_noalloc_int(a: isize, b: isize) -> isize {
    a + b
}

#[no_mangle]
pub extern "C" fn o_noalloc_float(a: f64, b: f64) -> f64 {
    a + b
}

#[ocaml::func]
pub fn o_add_int(a: Int, b: Int) -> Int {
    a + b
}

#[ocaml::func]
pub fn o_add_float(a: f64, b: f64) -> f64 {
    a + b
}

#[ocaml::func]
pub fn o_string_len(s: &[u8]) -> Int {
    s.len() as Int
}

#[ocaml::func]
pub fn o_string_utf8(s: &str) -> Int {
    s.len() as Int
}

#[ocaml::func]
pub fn o_string_echo(s: String) -> String {
    s
}

#[ocaml::func]
pub fn o_pair(a: Value, b: Value) -> (Value, Value) {
    (a, b)
}

#[ocaml::func]
pub fn o_triplet(a: Value, b: Value, c: Value) -> (Value, (Value, Value)) {
    (a, (b, c))
}

#[ocaml::func]
pub unsafe fn o_list_sum(list: List<Int>) -> Int {
    list.into_iter().map(|head| head.int_val()).sum()
}

/// The list whose elements `items` gives from the last to the first.
unsafe fn list_of_reversed(gc: &ocaml::Runtime, items: impl Iterator<Item = Int>) -> List<Int> {
    items.fold(List::empty(), |list, item| list.add(gc, &item))
}

#[ocaml::func(gc)]
pub unsafe fn o_list_vec(list: List<Int>) -> List<Int> {
    let items = list.into_vec();
    list_of_reversed(gc, items.into_iter().rev())
}

#[ocaml::func(gc)]
pub unsafe fn o_list_build(n: Int) -> List<Int> {
    list_of_reversed(gc, (0..n).rev())
}

#[derive(ocaml::FromValue, ocaml::ToValue)]
pub struct Person {
    name: String,
    age: Int,
    weight: f64,
}

#[ocaml::func]
pub fn o_record(mut person: Person) -> Person {
    person.age += 1;
    person
}

#[derive(ocaml::FromValue, ocaml::ToValue)]
pub enum Variant {
    A,
    B(Int),
    C(String, f64),
}

#[ocaml::func]
pub fn o_variant(variant: Variant) -> Variant {
    variant
}

#[ocaml::func(gc)]
pub unsafe fn o_callback_once(f: Value, x: Int) -> Result<Int, Error> {
    let f = ocaml::function!(f, (x: Int) -> Int);
    f(gc, &x)
}

#[ocaml::func(gc)]
pub unsafe fn o_callback_loop(f: Value, n: Int) -> Result<Int, Error> {
    let f = ocaml::function!(f, (i: Int) -> Int);
    (0..n).map(|i| f(gc, &i)).sum()
}

#[ocaml::func(gc)]
pub unsafe fn o_callback_raise(f: Value, x: Int) -> Int {
    let f = ocaml::function!(f, (x: Int) -> Int);
    f(gc, &x).unwrap_or(-1)
}

#[ocaml::func]
pub fn o_error(n: Int) -> Result<Int, Error> {
    if n < 0 {
        Err(CamlError::Failure("negative").into())
    } else {
        Ok(n)
    }
}

#[ocaml::func]
pub unsafe fn o_roots_long(value: Value) -> Int {
    let raw = value.raw().0;
    let roots: Vec<Root> = (0..1000).map(|_| Root::new(raw)).collect();
    roots.len() as Int
}

/// To the compiler, something that reads and writes all memory, as a call that may collect does.
#[inline(always)]
fn may_collect() {
    // SAFETY: there is no instruction in it.
    unsafe { core::arch::asm!("") }
}

unsafe fn one_root(value: isize) -> Int {
    let root = Root::new(value);
    may_collect();
    Int::from(ocaml::sys::is_block(root.get()))
}

#[ocaml::func]
pub unsafe fn o_roots_local(value: Value) -> Int {
    (0..1000).map(|_| one_root(value.raw().0)).sum()
}

unsafe fn nested(value: isize, depth: Int) -> Int {
    let root = Root::new(value);
    may_collect();
    let inner = if depth > 1 { nested(root.get(), depth - 1) } else { 0 };
    inner + Int::from(ocaml::sys::is_block(root.get()))
}

#[ocaml::func]
pub unsafe fn o_roots_nested(value: Value, depth: Int) -> Int {
    nested(value.raw().0, depth)
}

#[ocaml::func]
pub fn o_floats_array(floats: Array<f64>) -> Result<f64, Error> {
    let mut sum = 0.0;
    for i in 0..floats.len() {
        sum += floats.get_f64(i)?;
    }
    Ok(sum)
}

#[ocaml::func]
pub fn o_floats_bigarray(floats: Array1<f64>) -> f64 {
    floats.data().iter().sum()
}
