//! How arguments and results travel.

use bactrian::*;

#[export]
fn t_noop() {}

#[export]
fn t_greet(name: &str, n: i64) -> String {
    format!("{name}! ").repeat(n as usize)
}

#[export]
fn t_pair<'gc, A, B>(
    rt: &'gc mut OCamlRuntime,
    a: OCamlRef<'_, A>,
    b: OCamlRef<'_, B>,
) -> OCaml<'gc, (A, B)> {
    OCaml::pair(rt, a, b)
}

#[export]
fn t_triplet<'r, A, B, C>(
    r: &Region<'r>,
    x: OCamlRef<'r, A>,
    y: OCamlRef<'r, B>,
    z: OCamlRef<'r, C>,
) -> OCamlRef<'r, (A, (B, C))> {
    r.pair(x, r.pair(y, z))
}

#[export]
fn t_fst<'gc, A, B>(pair: OCaml<'gc, (A, B)>) -> OCaml<'gc, A> {
    pair.fst()
}

#[export]
fn t_identity<T>(value: BoxRoot<T>) -> BoxRoot<T> {
    value
}

#[export]
fn t_shared_length(rt: &OCamlRuntime, text: OCamlRef<'_, String>) -> i64 {
    rt.get(text).as_bytes().len() as i64
}

#[export(noalloc, unboxed)]
fn t_add_float(a: f64, b: f64) -> f64 {
    a + b
}

#[export(noalloc, unboxed)]
fn t_add_int(a: isize, b: isize) -> isize {
    a + b
}

#[export(unboxed)]
fn t_add_int64(a: i64, b: i32) -> i64 {
    a.wrapping_add(i64::from(b))
}

#[export(unboxed)]
fn t_untagged(a: isize) -> isize {
    a.wrapping_mul(2)
}

#[export(noalloc)]
fn t_is_positive(a: i64) -> bool {
    a > 0
}

#[export(noalloc)]
fn t_byte_count(text: &[u8], byte: i64) -> u32 {
    text.iter().filter(|&&b| i64::from(b) == byte).count() as u32
}

#[export]
fn t_mixed(#[ocaml(unboxed)] a: f64, name: String, #[ocaml(untagged)] n: isize) -> String {
    format!("{a} {name} {n}")
}

#[export]
fn t_seven(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: String) -> String {
    format!("{a}{b}{c}{d}{e}{f}{g}")
}

#[export(unboxed)]
fn t_six_floats(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> f64 {
    a + 2.0 * b + 3.0 * c + 4.0 * d + 5.0 * e + 6.0 * f
}

#[export]
fn t_sum_floats(values: &[f64]) -> f64 {
    values.iter().sum()
}

#[export]
fn t_byte_length(bytes: &[u8]) -> i64 {
    bytes.len() as i64
}

#[export(name = "t_renamed_symbol")]
fn t_original_name(n: i64) -> i64 {
    n + 1
}

#[export]
fn t_apply(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, String), String>,
    n: i64,
) -> Result<String, String> {
    f.call(rt, (n, "x".repeat(n as usize))).map_err(|e| e.message(rt))
}

#[export]
fn t_apply_ref(
    rt: &mut OCamlRuntime,
    f: OCamlRef<'_, OCamlFn<(i64,), i64>>,
    n: i64,
) -> Result<i64, String> {
    let mut total = 0;
    for i in 0..n {
        total += f.call(rt, (i,)).map_err(|e| e.message(rt))?;
    }
    Ok(total)
}

#[export]
fn t_fold5(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, String, f64, bool, Vec<i64>), String>,
) -> String {
    match f.call(rt, (1, "two".into(), 3.0, true, vec![5, 6])) {
        Ok(text) => text,
        Err(e) => panic!("{}", e.message(rt)),
    }
}

ocaml! {
    fn twice(n: OCamlInt) -> OCamlInt = "test.twice";
    fn concat(a: String, b: String, n: OCamlInt, c: String) -> String = "test.concat";
    fn fails(a: String) -> OCamlInt = "test.fails";
    fn fails_checked(a: String) -> Result<OCamlInt, OCamlException> = "test.fails";
    fn nobody(a: OCamlInt) -> OCamlInt = "test.nobody";
    fn not_a_function(a: OCamlInt) -> OCamlInt = "test.not_a_function";
    fn counter() -> OCamlInt = "test.counter";
}

#[export]
fn t_import_twice(rt: &mut OCamlRuntime, n: OCamlRef<'_, OCamlInt>) -> i64 {
    let four = twice(rt, n);
    twice(rt, &four).to_rust(rt)
}

#[export]
fn t_import_concat(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> String {
    let b = "-b-".to_boxroot(rt);
    let n = 7i64.to_boxroot(rt);
    concat(rt, a, &b, &n, a).to_rust(rt)
}

#[export]
fn t_import_fails(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> i64 {
    fails(rt, a).to_rust(rt)
}

#[export]
fn t_import_fails_checked(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> String {
    match fails_checked(rt, a) {
        Ok(value) => format!("ok {}", value.to_rust::<i64>(rt)),
        Err(exception) => exception.message(rt),
    }
}

#[export]
fn t_import_nobody(rt: &mut OCamlRuntime, a: OCamlRef<'_, OCamlInt>) -> i64 {
    nobody(rt, a).to_rust(rt)
}

#[export]
fn t_import_not_a_function(rt: &mut OCamlRuntime, a: OCamlRef<'_, OCamlInt>) -> i64 {
    not_a_function(rt, a).to_rust(rt)
}

#[export]
fn t_import_counter(rt: &mut OCamlRuntime) -> (i64, i64) {
    let first = counter(rt).to_rust(rt);
    (first, counter(rt).to_rust(rt))
}

#[export]
fn t_release(rt: &mut OCamlRuntime, milliseconds: i64) -> i64 {
    rt.releasing_runtime(move || {
        std::thread::sleep(std::time::Duration::from_millis(milliseconds as u64));
        milliseconds
    })
}

#[export]
fn t_nested_lock() {
    OCamlRuntime::with_domain_lock(|_| ());
}
