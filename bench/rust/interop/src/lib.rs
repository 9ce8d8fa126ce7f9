//! The rows as the guide of ocaml-interop teaches to write them.

use ocaml_interop::{
    bigarray::Array1, cons, impl_conv_ocaml_record, impl_conv_ocaml_variant, BoxRoot, OCaml,
    OCamlFloat, OCamlFloatArray, OCamlInt, OCamlList, OCamlRuntime, ToOCaml,
};

#[ocaml_interop::export]
pub fn i_noop(cr: &mut OCamlRuntime, _unit: OCaml<()>) {
    let _ = cr;
}

#[ocaml_interop::export(noalloc)]
pub fn i_noalloc_int(cr: &OCamlRuntime, a: isize, b: isize) -> isize {
    let _ = cr;
    a + b
}

#[ocaml_interop::export(noalloc)]
pub fn i_noalloc_float(cr: &OCamlRuntime, a: f64, b: f64) -> f64 {
    let _ = cr;
    a + b
}

#[ocaml_interop::export]
pub fn i_add_int(cr: &mut OCamlRuntime, a: OCaml<OCamlInt>, b: OCaml<OCamlInt>) -> OCaml<OCamlInt> {
    (a.to_i64() + b.to_i64()).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_add_float(
    cr: &mut OCamlRuntime,
    a: OCaml<OCamlFloat>,
    b: OCaml<OCamlFloat>,
) -> OCaml<OCamlFloat> {
    (a.to_rust::<f64>() + b.to_rust::<f64>()).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_string_len(cr: &mut OCamlRuntime, s: OCaml<String>) -> OCaml<OCamlInt> {
    (s.as_bytes().len() as i64).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_string_utf8(cr: &mut OCamlRuntime, s: OCaml<String>) -> OCaml<OCamlInt> {
    (s.as_str().len() as i64).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_string_echo(cr: &mut OCamlRuntime, s: OCaml<String>) -> OCaml<String> {
    s.to_rust::<String>().to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_pair(
    cr: &mut OCamlRuntime,
    a: BoxRoot<String>,
    b: BoxRoot<String>,
) -> OCaml<(String, String)> {
    (&*a, &*b).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_triplet(
    cr: &mut OCamlRuntime,
    a: BoxRoot<String>,
    b: BoxRoot<String>,
    c: BoxRoot<String>,
) -> OCaml<(String, (String, String))> {
    (&*a, (&*b, &*c)).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_list_sum(cr: &mut OCamlRuntime, list: OCaml<OCamlList<OCamlInt>>) -> OCaml<OCamlInt> {
    let mut sum = 0;
    let mut rest = list;
    while let Some((head, tail)) = rest.uncons() {
        sum += head.to_i64();
        rest = tail;
    }
    sum.to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_list_vec(
    cr: &mut OCamlRuntime,
    list: OCaml<OCamlList<OCamlInt>>,
) -> OCaml<OCamlList<OCamlInt>> {
    list.to_rust::<Vec<i64>>().to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_list_build(cr: &mut OCamlRuntime, n: OCaml<OCamlInt>) -> OCaml<OCamlList<OCamlInt>> {
    let n = n.to_i64();
    let mut list = BoxRoot::new(OCaml::nil(cr));
    for i in (0..n).rev() {
        let head: OCaml<OCamlInt> = unsafe { OCaml::of_i64_unchecked(i) };
        let cell = cons(cr, &head, &list);
        list.keep(cell);
    }
    list.get(cr)
}

pub struct Person {
    name: String,
    age: i64,
    weight: f64,
}

impl_conv_ocaml_record! {
    Person { name: String, age: OCamlInt, weight: OCamlFloat }
}

#[ocaml_interop::export]
pub fn i_record(cr: &mut OCamlRuntime, person: OCaml<Person>) -> OCaml<Person> {
    let mut person: Person = person.to_rust();
    person.age += 1;
    person.to_ocaml(cr)
}

pub enum Variant {
    A,
    B(i64),
    C(String, f64),
}

impl_conv_ocaml_variant! {
    Variant {
        Variant::A,
        Variant::B(n: OCamlInt),
        Variant::C(text: String, number: OCamlFloat),
    }
}

#[ocaml_interop::export]
pub fn i_variant(cr: &mut OCamlRuntime, variant: OCaml<Variant>) -> OCaml<Variant> {
    variant.to_rust::<Variant>().to_ocaml(cr)
}

type Closure = BoxRoot<fn(OCamlInt) -> OCamlInt>;

#[ocaml_interop::export]
pub fn i_callback_once(
    cr: &mut OCamlRuntime,
    f: BoxRoot<fn(OCamlInt) -> OCamlInt>,
    x: OCaml<OCamlInt>,
) -> OCaml<OCamlInt> {
    let x = x.to_i64();
    let result = f.try_call(cr, &x).map_err(|_| ()).expect("the closure raises nothing").to_i64();
    result.to_ocaml(cr)
}

fn sum_of_calls(cr: &mut OCamlRuntime, f: &Closure, n: i64) -> i64 {
    let mut sum = 0;
    for i in 0..n {
        sum += f.try_call(cr, &i).map_err(|_| ()).expect("the closure raises nothing").to_i64();
    }
    sum
}

#[ocaml_interop::export]
pub fn i_callback_loop(
    cr: &mut OCamlRuntime,
    f: BoxRoot<fn(OCamlInt) -> OCamlInt>,
    n: OCaml<OCamlInt>,
) -> OCaml<OCamlInt> {
    let n = n.to_i64();
    sum_of_calls(cr, &f, n).to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_callback_raise(
    cr: &mut OCamlRuntime,
    f: BoxRoot<fn(OCamlInt) -> OCamlInt>,
    x: OCaml<OCamlInt>,
) -> OCaml<OCamlInt> {
    let x = x.to_i64();
    let result = match f.try_call(cr, &x) {
        Ok(result) => result.to_i64(),
        Err(_exception) => -1,
    };
    result.to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_panic(cr: &mut OCamlRuntime, n: OCaml<OCamlInt>) -> OCaml<OCamlInt> {
    let n = n.to_i64();
    assert!(n >= 0, "negative");
    n.to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_roots_long(cr: &mut OCamlRuntime, value: OCaml<String>) -> OCaml<OCamlInt> {
    let made = {
        let roots: Vec<BoxRoot<String>> = (0..1000).map(|_| BoxRoot::new(value)).collect();
        roots.len() as i64
    };
    made.to_ocaml(cr)
}

/// To the compiler, something that reads and writes all memory, as a call that may collect does.
#[inline(always)]
fn may_collect() {
    // SAFETY: there is no instruction in it.
    unsafe { core::arch::asm!("") }
}

fn one_root(cr: &OCamlRuntime, value: OCaml<String>) -> i64 {
    let root = BoxRoot::new(value);
    may_collect();
    i64::from(root.get(cr).is_block())
}

#[ocaml_interop::export]
pub fn i_roots_local(cr: &mut OCamlRuntime, value: OCaml<String>) -> OCaml<OCamlInt> {
    let sum: i64 = (0..1000).map(|_| one_root(cr, value)).sum();
    sum.to_ocaml(cr)
}

fn nested(cr: &OCamlRuntime, value: OCaml<String>, depth: i64) -> i64 {
    let root = BoxRoot::new(value);
    may_collect();
    let inner = if depth > 1 { nested(cr, root.get(cr), depth - 1) } else { 0 };
    inner + i64::from(root.get(cr).is_block())
}

#[ocaml_interop::export]
pub fn i_roots_nested(
    cr: &mut OCamlRuntime,
    value: OCaml<String>,
    depth: OCaml<OCamlInt>,
) -> OCaml<OCamlInt> {
    let sum = nested(cr, value, depth.to_i64());
    sum.to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_floats_array(cr: &mut OCamlRuntime, floats: OCaml<OCamlFloatArray>) -> OCaml<OCamlFloat> {
    floats.to_rust::<Vec<f64>>().iter().sum::<f64>().to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn i_floats_bigarray(cr: &mut OCamlRuntime, floats: OCaml<Array1<f64>>) -> OCaml<OCamlFloat> {
    floats.as_slice().iter().sum::<f64>().to_ocaml(cr)
}
