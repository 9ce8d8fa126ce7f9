//! Panics and exceptions on their way.

use bactrian::*;
use std::sync::atomic::{AtomicI64, Ordering};

static DROPS: AtomicI64 = AtomicI64::new(0);

struct CountsDrops;

impl Drop for CountsDrops {
    fn drop(&mut self) {
        DROPS.fetch_add(1, Ordering::SeqCst);
    }
}

#[export]
fn x_drops() -> i64 {
    DROPS.load(Ordering::SeqCst)
}

#[export]
fn x_panic(message: String) {
    let _guard = CountsDrops;
    panic!("{message}");
}

#[export(unboxed)]
fn x_panic_unboxed(x: f64) -> f64 {
    assert!(x >= 0.0, "negative: {x}");
    x.sqrt()
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[export]
fn x_panic_payload_panics() {
    std::panic::panic_any(PanicsWhenDropped);
}

#[export(raise)]
fn x_failure(message: String) -> Result<i64, String> {
    let _guard = CountsDrops;
    if message.is_empty() { Ok(7) } else { Err(message) }
}

#[export(raise)]
fn x_io() -> Result<(), std::io::Error> {
    std::fs::read("/nonexistent/file").map(|_| ())
}

/// Exceptions that the OCaml side defines.
#[derive(OCamlException)]
enum ParseError {
    #[ocaml(exception = "test.Syntax")]
    Syntax { line: i64, message: String },
    #[ocaml(exception = "test.Empty")]
    Empty,
    #[ocaml(exception = "test.Many")]
    Many(String, i64, f64, bool),
    #[ocaml(exception = "test.Unregistered")]
    Unregistered(i64),
}

#[export(raise)]
fn x_typed(n: i64) -> Result<i64, ParseError> {
    match n {
        0 => Err(ParseError::Empty),
        1 => Err(ParseError::Syntax { line: 12, message: "unexpected }".into() }),
        2 => Err(ParseError::Many("m".into(), 2, 0.5, true)),
        3 => Err(ParseError::Unregistered(3)),
        n => Ok(n),
    }
}

#[export(raise)]
fn x_call(rt: &mut OCamlRuntime, f: OCamlFn<((),), ()>) -> Result<(), OCamlException> {
    let _guard = CountsDrops;
    f.call(rt, ((),))
}

#[export]
fn x_call_and_drop(rt: &mut OCamlRuntime, f: OCamlFn<((),), ()>) -> bool {
    f.call(rt, ((),)).is_err()
}

#[export]
fn x_call_message(rt: &mut OCamlRuntime, f: OCamlFn<((),), ()>) -> String {
    match f.call(rt, ((),)) {
        Ok(()) => "no exception".into(),
        Err(exception) => exception.message(rt),
    }
}

#[export(raise)]
fn x_value_raise<'gc>(
    rt: &'gc mut OCamlRuntime,
    text: OCamlRef<'_, String>,
    fail: bool,
) -> Result<OCaml<'gc, (String, String)>, String> {
    if fail {
        return Err("asked to fail".into());
    }
    Ok(OCaml::pair(rt, text, text))
}

#[export]
fn x_utf8(name: &str) -> i64 {
    name.chars().count() as i64
}

#[export]
fn x_utf8_owned(names: Vec<String>) -> i64 {
    names.len() as i64
}
