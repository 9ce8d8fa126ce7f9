//! The rows as the guide of Bactrian teaches to write them.

use bactrian::bigarray::Array1;
use bactrian::{
    BoxRoot, FromOCaml, OCaml, OCamlArray, OCamlException, OCamlFn, OCamlInt, OCamlList, OCamlRef,
    OCamlRuntime, Region, ToOCaml,
};

#[bactrian::export]
fn b_noop() {}

#[bactrian::export(unboxed, noalloc)]
fn b_noalloc_int(a: isize, b: isize) -> isize {
    a + b
}

#[bactrian::export(unboxed, noalloc)]
fn b_noalloc_float(a: f64, b: f64) -> f64 {
    a + b
}

#[bactrian::export]
fn b_add_int(a: i64, b: i64) -> i64 {
    a + b
}

#[bactrian::export]
fn b_add_float(a: f64, b: f64) -> f64 {
    a + b
}

#[bactrian::export]
fn b_string_len(s: &[u8]) -> usize {
    s.len()
}

#[bactrian::export]
fn b_string_utf8(s: &str) -> usize {
    s.len()
}

#[bactrian::export]
fn b_string_echo(s: String) -> String {
    s
}

#[bactrian::export]
fn b_pair<'r, A, B>(
    r: &Region<'r>,
    a: OCamlRef<'r, A>,
    b: OCamlRef<'r, B>,
) -> OCamlRef<'r, (A, B)> {
    r.pair(a, b)
}

#[bactrian::export]
fn b_triplet<'r, A, B, C>(
    r: &Region<'r>,
    a: OCamlRef<'r, A>,
    b: OCamlRef<'r, B>,
    c: OCamlRef<'r, C>,
) -> OCamlRef<'r, (A, (B, C))> {
    r.pair(a, r.pair(b, c))
}

#[bactrian::export]
fn b_list_sum(list: OCaml<OCamlList<OCamlInt>>) -> i64 {
    list.iter().map(|item| item.to_rust::<i64>()).sum()
}

#[bactrian::export]
fn b_list_vec(list: Vec<i64>) -> Vec<i64> {
    list
}

#[bactrian::export]
fn b_list_build(n: i64) -> Vec<i64> {
    (0..n).collect()
}

#[derive(ToOCaml, FromOCaml)]
struct Person {
    name: String,
    age: i64,
    weight: f64,
}

#[bactrian::export]
fn b_record(mut person: Person) -> Person {
    person.age += 1;
    person
}

#[derive(ToOCaml, FromOCaml)]
enum Variant {
    A,
    B(i64),
    C(String, f64),
}

#[bactrian::export]
fn b_variant(variant: Variant) -> Variant {
    variant
}

#[bactrian::export(raise)]
fn b_callback_once(
    rt: &mut OCamlRuntime,
    f: OCamlRef<OCamlFn<(i64,), i64>>,
    x: i64,
) -> Result<i64, OCamlException> {
    f.call(rt, (x,))
}

#[bactrian::export(raise)]
fn b_callback_loop(
    rt: &mut OCamlRuntime,
    f: OCamlRef<OCamlFn<(i64,), i64>>,
    n: i64,
) -> Result<i64, OCamlException> {
    (0..n).map(|i| f.call(rt, (i,))).sum()
}

#[bactrian::export]
fn b_callback_raise(rt: &mut OCamlRuntime, f: OCamlRef<OCamlFn<(i64,), i64>>, x: i64) -> i64 {
    f.call(rt, (x,)).unwrap_or(-1)
}

#[bactrian::export(raise)]
fn b_error(n: i64) -> Result<i64, &'static str> {
    if n < 0 { Err("negative") } else { Ok(n) }
}

#[bactrian::export]
fn b_panic(n: i64) -> i64 {
    assert!(n >= 0, "negative");
    n
}

#[bactrian::export]
fn b_roots_long(rt: &mut OCamlRuntime, value: OCamlRef<String>) -> usize {
    let roots: Vec<BoxRoot<String>> = (0..1000).map(|_| value.to_boxroot(rt)).collect();
    roots.len()
}

/// To the compiler, something that reads and writes all memory, as a call that may collect does.
#[inline(always)]
fn may_collect() {
    // SAFETY: there is no instruction in it.
    unsafe { core::arch::asm!("") }
}

fn one_root<'r>(r: &mut Region<'r>, value: OCamlRef<'r, String>) -> usize {
    let root = r.project(value, |value| value);
    may_collect();
    usize::from(r.runtime().get(root).is_block())
}

#[bactrian::export]
fn b_roots_local<'r>(r: &mut Region<'r>, value: OCamlRef<'r, String>) -> usize {
    (0..1000).map(|_| one_root(r, value)).sum()
}

fn nested<'r>(r: &mut Region<'r>, value: OCamlRef<'r, String>, depth: usize) -> usize {
    let root = r.project(value, |value| value);
    may_collect();
    let inner = if depth > 1 { nested(r, root, depth - 1) } else { 0 };
    inner + usize::from(r.runtime().get(root).is_block())
}

#[bactrian::export]
fn b_roots_nested<'r>(r: &mut Region<'r>, value: OCamlRef<'r, String>, depth: usize) -> usize {
    nested(r, value, depth)
}

fn process_item<'s>(
    s: &mut Region<'s>,
    result: OCamlRef<'_, OCamlList<String>>,
    item: OCamlRef<'_, String>,
) -> OCamlRef<'s, OCamlList<String>> {
    s.cons(item, result)
}

#[bactrian::export]
fn b_fold_array<'r>(
    r: &mut Region<'r>,
    array: OCamlRef<'r, OCamlArray<String>>,
) -> OCamlRef<'r, OCamlList<String>> {
    let count = r.array_len(array);
    let mut result = r.nil();
    for i in 0..count {
        result = r.sub(|s| {
            let item = s.element(array, i).expect("the index is below the length");
            process_item(s, result, item)
        });
    }
    result
}

type Step<'r> = OCamlFn<(OCamlRef<'r, OCamlInt>, OCamlRef<'r, OCamlInt>), OCamlRef<'r, OCamlInt>>;

#[bactrian::export(raise)]
fn b_fold_closure<'r>(
    r: &mut Region<'r>,
    f: OCamlRef<'r, Step<'r>>,
    initial: OCamlRef<'r, OCamlInt>,
    array: OCamlRef<'r, OCamlArray<OCamlInt>>,
) -> Result<OCamlRef<'r, OCamlInt>, OCamlException> {
    let count = r.array_len(array);
    let mut result = initial;
    for i in 0..count {
        let item = r.element(array, i).expect("the index is below the length");
        result = r.call(f, (result, item))?;
    }
    Ok(result)
}

#[bactrian::export(raise)]
fn b_gc_local<'r>(
    r: &mut Region<'r>,
    value: OCamlRef<'r, String>,
    count: usize,
    f: OCamlRef<'r, OCamlFn<((),), ()>>,
) -> Result<(), OCamlException> {
    for _ in 0..count {
        r.keep(value);
    }
    r.call(f, ((),)).map(|_| ())
}

#[bactrian::export(raise)]
fn b_gc_long(
    rt: &mut OCamlRuntime,
    value: OCamlRef<String>,
    count: usize,
    f: OCamlRef<OCamlFn<((),), ()>>,
) -> Result<(), OCamlException> {
    let _roots: Vec<BoxRoot<String>> = (0..count).map(|_| value.to_boxroot(rt)).collect();
    f.call(rt, ((),))
}

#[bactrian::export]
fn b_floats_array(floats: &[f64]) -> f64 {
    floats.iter().sum()
}

#[bactrian::export]
fn b_floats_bigarray(floats: OCaml<Array1<f64>>) -> f64 {
    floats.view().iter().sum()
}
