//! Functions: how arguments and results cross, names, labels, modules, documentation.

use bactrian::task::channel::{Sender, channel};
use bactrian::task::future::OCamlStream;
use bactrian::task::stream::Stream;
use bactrian::*;
use std::future::poll_fn;
use std::pin::Pin;

/// Greets someone, `times` times.
///
/// Takes *any* name: Größe, 你好, "quoted", and (* what would end a comment *).
/// Longer text is filled into lines of the width that was asked for, whatever the lines of the Rust source were.
///
/// # Errors
/// None; see [`add`] or <https://example.org/greetings>.
///
/// ```
/// assert_eq!(greet("a", 1), "Hello a!");
/// ```
#[export]
fn greet(name: &str, times: i64) -> String {
    format!("Hello {name}!").repeat(usize::try_from(times).unwrap_or(0))
}

/// Nothing goes in, nothing comes out.
#[export]
fn nothing() {}

/// Floats that are never boxed.
#[export(unboxed, noalloc)]
fn add(a: f64, b: f64) -> f64 {
    a + b
}

#[export(unboxed, noalloc)]
fn mix(a: i64, b: i32, c: isize) -> i64 {
    a + i64::from(b) + c as i64
}

/// More than five arguments have another symbol for bytecode.
#[export]
fn six(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64) -> i64 {
    a + 10 * (b + 10 * (c + 10 * (d + 10 * (e + 10 * f))))
}

/// Its name and that of its argument are words of OCaml's own.
#[export(name = "engine_method")]
fn method(r#type: i64, val: i64) -> i64 {
    r#type * val
}

#[export(name = "engine_end_symbol", rename = "finish")]
fn end_it(code: u8) -> u8 {
    code
}

/// Splits a text.
#[export]
fn split(
    #[ocaml(label)] text: &str,
    #[ocaml(optional)] separator: Option<char>,
    #[ocaml(optional = "max")] limit: Option<i64>,
    _: (),
) -> Vec<String> {
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(0));
    text.splitn(limit, separator.unwrap_or(' ')).map(str::to_owned).collect()
}

#[export(raise)]
fn parse(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

#[export]
fn checked(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

/// Works for values of all types.
#[export]
fn swap<'r, A, B>(r: &Region<'r>, pair: OCamlRef<'r, (A, B)>) -> OCamlRef<'r, (B, A)> {
    r.pair(r.project(pair, |p| p.snd()), r.project(pair, |p| p.fst()))
}

#[export]
fn apply(rt: &mut OCamlRuntime, f: OCamlFn<(i64, String), Option<f64>>, n: i64) -> Option<f64> {
    f.call(rt, (n, "x".to_owned())).unwrap_or(None)
}

/// The result is a function, which is no further argument.
#[export]
fn adder(n: i64) -> RustFn<(i64, i64), i64> {
    RustFn::new(move |_, (a, b)| n + a + b)
}

#[export]
fn collections(
    list: Vec<(i64, Option<String>)>,
    floats: &[f64],
    array: OCamlRef<'_, OCamlArray<OCamlList<OCamlInt32>>>,
) -> i64 {
    let _ = array;
    list.len() as i64 + floats.len() as i64
}

#[export]
fn sum(numbers: OCaml<'_, bigarray::Array1<f64>>) -> f64 {
    let _ = numbers;
    0.0
}

/// Known to the library, and in no bindings.
#[export(unlisted)]
fn hidden(x: i64) -> i64 {
    x
}

/// Answers later.
#[export(lwt)]
async fn later(n: i64) -> String {
    n.to_string()
}

/// Counts down, one number at a time.
#[export(lwt, raise)]
fn countdown(from: i64) -> impl Stream<Item = Result<i64, OCamlException>> {
    let (sender, receiver) = channel(from.max(1) as usize);
    for n in (1..=from).rev() {
        sender.try_send(n).expect("there is room");
    }
    receiver
}

/// The letters of a text.
#[export(raise)]
fn letters(text: String) -> impl Stream<Item = Result<char, OCamlException>> {
    let (sender, receiver) = channel(text.len().max(1));
    for letter in text.chars() {
        sender.try_send(letter).expect("there is room");
    }
    receiver
}

/// Where lines go.
#[export]
fn lines(capacity: usize) -> Sender<String> {
    channel(capacity).0
}

/// How many letters come.
#[export]
async fn count_letters(letters: OCamlStream<char>) -> i64 {
    let mut letters = letters;
    let mut count = 0;
    while poll_fn(|context| Pin::new(&mut letters).poll_next(context)).await.is_some() {
        count += 1;
    }
    count
}

/// In a module of its own.
#[export(module = "Index", rename = "open_", name = "index_open")]
fn open(path: String) -> Result<i64, String> {
    Ok(path.len() as i64)
}

/// In a module within.
#[export(module = "Index.Cursor", name = "index_cursor_step")]
fn step(by: i64) -> i64 {
    by
}
