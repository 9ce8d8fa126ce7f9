//! What the macros expand to, under lints that a careful user may have on: the build is the test.

#![deny(
    warnings,
    nonstandard_style,
    unused,
    missing_debug_implementations,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used
)]

use bactrian::{
    BoxRoot, FromOCaml, OCaml, OCamlException, OCamlFn, OCamlInt, OCamlRef, OCamlRuntime, Region,
    ToOCaml, export, ocaml,
};

#[derive(Debug, ToOCaml, FromOCaml)]
struct Record {
    name: String,
    #[ocaml(as_ = "bactrian::OCamlInt64")]
    number: i64,
}

#[derive(Debug, ToOCaml, FromOCaml)]
struct Tuple(i64, f64);

#[derive(Debug, ToOCaml, FromOCaml)]
enum Variant<T> {
    Nothing,
    Something(T),
    Both { one: T, other: Vec<T> },
}

#[derive(Debug, ToOCaml, FromOCaml)]
#[ocaml(polymorphic_variant)]
enum Polymorphic {
    Left,
    #[ocaml(tag = "right")]
    Right(i64),
}

#[derive(Debug, OCamlException)]
#[ocaml(exception = "test.lints")]
struct Refused(String);

ocaml! {
    fn lints_twice(n: OCamlInt) -> OCamlInt = "test.lints_twice";
}

#[export]
fn h_lints_derived(
    record: Record,
    tuple: Tuple,
    variant: Variant<String>,
    polymorphic: Polymorphic,
) -> (Record, Tuple, Variant<String>, Polymorphic) {
    (record, tuple, variant, polymorphic)
}

#[export]
fn h_lints_borrowed(text: &str, bytes: &[u8], floats: &[f64]) -> usize {
    text.len() + bytes.len() + floats.len()
}

#[export(raise)]
fn h_lints_raise(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, n: i64) -> Result<i64, Refused> {
    let n = ToOCaml::<OCamlInt>::to_boxroot(&n, rt);
    let twice: i64 = lints_twice(rt, &n).to_rust(rt);
    f.call(rt, (twice,)).map_err(|error| Refused(error.message(rt)))
}

#[export]
fn h_lints_root<'gc, A>(rt: &'gc mut OCamlRuntime, value: OCamlRef<'_, A>) -> OCaml<'gc, A> {
    rt.get(value)
}

#[export]
fn h_lints_region<'r, A>(r: &Region<'r>, value: OCamlRef<'r, A>) -> OCamlRef<'r, (A, A)> {
    r.pair(value, value)
}

#[export]
fn h_lints_boxed<A>(value: BoxRoot<A>) -> Option<BoxRoot<A>> {
    Some(value)
}

#[export(unboxed, noalloc)]
fn h_lints_unboxed(x: f64, n: isize) -> bool {
    x > 0.0 && n > 0
}

#[export(lwt)]
async fn h_lints_lwt(n: i64) -> i64 {
    n + 1
}
