//! Panics and exceptions on their way.

use bactrian::*;
use std::cell::Cell;

thread_local! {
    /// Of this thread: many run the tests at once.
    static DROPS: Cell<i64> = const { Cell::new(0) };
}

struct CountsDrops;

impl Drop for CountsDrops {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
    }
}

#[export]
fn x_drops() -> i64 {
    DROPS.get()
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

/// Raises, and is unboxed both ways otherwise.
#[export(unboxed, raise)]
fn x_square_root(x: f64) -> Result<f64, String> {
    let _guard = CountsDrops;
    if x < 0.0 { Err(format!("no root of {x}")) } else { Ok(x.sqrt()) }
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

/// One exception, whose arguments are the fields.
#[derive(OCamlException)]
#[ocaml(exception = "test.Single")]
struct Single {
    name: String,
    values: Vec<f64>,
}

#[export(raise)]
fn x_single(name: String) -> Result<(), Single> {
    let _guard = CountsDrops;
    Err(Single { name, values: vec![1.5, 2.5] })
}

#[derive(OCamlException)]
#[ocaml(exception = "test.Coded")]
struct Coded(i64);

#[export(raise)]
fn x_coded(code: i64) -> Result<String, Coded> {
    Err(Coded(code))
}

#[derive(OCamlException)]
#[ocaml(exception = "test.Empty")]
struct Bare;

#[export(raise)]
fn x_bare() -> Result<(), Bare> {
    Err(Bare)
}

#[export(raise)]
fn x_boxed_error() -> Result<i64, Box<dyn std::error::Error>> {
    Ok("twelve".parse::<i64>()?)
}

#[export(raise)]
fn x_conversion_error() -> Result<(), ConversionError> {
    Err(ConversionError::new("not like this"))
}

/// The exceptions of the standard library that Rust can make.
#[export(raise)]
fn x_standard(rt: &mut OCamlRuntime, which: i64) -> Result<(), OCamlException> {
    Err(match which {
        0 => OCamlException::not_found(rt),
        1 => OCamlException::end_of_file(rt),
        2 => OCamlException::failure(rt, "f"),
        3 => OCamlException::invalid_argument(rt, "i"),
        4 => OCamlException::sys_error(rt, "s"),
        _ => return Ok(()),
    })
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

ocaml! {
    fn raises(what: OCamlExn) -> () = "test.raises";
}

/// An import that raises unwinds through here.
#[export]
fn x_unwind(rt: &mut OCamlRuntime, exception: OCamlRef<'_, OCamlExn>) -> i64 {
    let _guard = CountsDrops;
    let _root: BoxRoot<String> = "kept".to_boxroot(rt);
    raises(rt, exception);
    1
}

/// The same, out of a region.
#[export]
fn x_unwind_region(rt: &mut OCamlRuntime, exception: OCamlRef<'_, OCamlExn>) -> i64 {
    rt.region(|r| {
        let _guard = CountsDrops;
        for i in 0..3000i64 {
            r.root::<OCamlInt, _>(&i);
        }
        raises(r.runtime(), exception);
        1
    })
}

/// An exception that goes through Rust as a value, and is kept meanwhile.
static STASH: std::sync::Mutex<Option<OCamlException>> = std::sync::Mutex::new(None);

#[export]
fn x_stash(rt: &mut OCamlRuntime, f: OCamlFn<((),), ()>) -> String {
    let Err(exception) = f.call(rt, ((),)) else { return "no exception".into() };
    let message = exception.message(rt);
    *STASH.lock().unwrap_or_else(|e| e.into_inner()) = Some(exception);
    message
}

#[export(raise)]
fn x_raise_stashed() -> Result<(), OCamlException> {
    match STASH.lock().unwrap_or_else(|e| e.into_inner()).take() {
        Some(exception) => Err(exception),
        None => Ok(()),
    }
}

#[export]
fn x_stashed_twice() -> Result<(), OCamlException> {
    match &*STASH.lock().unwrap_or_else(|e| e.into_inner()) {
        Some(exception) => Err(exception.clone()),
        None => Ok(()),
    }
}

/// The value of the exception, for OCaml to look at.
#[export]
fn x_as_value(rt: &mut OCamlRuntime, f: OCamlFn<((),), String>) -> Result<String, OCamlException> {
    f.call(rt, ((),))
}

#[export]
fn x_same_exception(exception: OCamlException) -> OCamlException {
    exception
}

#[export]
fn x_has_backtrace(rt: &mut OCamlRuntime, f: OCamlFn<((),), ()>) -> bool {
    f.call(rt, ((),)).err().is_some_and(|exception| exception.backtrace().is_some())
}

/// Goes on after an exception: nothing of the runtime's state is off.
#[export]
fn x_collects(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, n: i64) -> (Vec<i64>, Vec<String>) {
    let _guard = CountsDrops;
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for i in 0..n {
        match f.call(rt, (i,)) {
            Ok(value) => good.push(value),
            Err(exception) => bad.push(exception.message(rt)),
        }
    }
    (good, bad)
}

#[export]
fn x_panic_str() {
    panic!("a plain text");
}

#[export]
fn x_panic_any() {
    std::panic::panic_any(42i32);
}

#[export]
fn x_panic_index(n: i64) -> i64 {
    [1, 2, 3][n as usize]
}

/// A panic of the callback's callee, in a function that calls back: `Rust_panic` all the way.
#[export(raise)]
fn x_panic_after_call(
    rt: &mut OCamlRuntime,
    f: OCamlFn<((),), ()>,
) -> Result<String, OCamlException> {
    let _guard = CountsDrops;
    f.call(rt, ((),))?;
    panic!("after the call");
}

#[export(noalloc)]
fn x_noalloc_panic(n: i64) -> bool {
    assert!(n > 0, "not positive: {n}");
    true
}

#[export(noalloc, unboxed)]
fn x_noalloc_overflow(n: isize) -> isize {
    n << 2
}

#[export]
fn x_panic_while_released(rt: &mut OCamlRuntime) -> i64 {
    let _guard = CountsDrops;
    let _root: BoxRoot<String> = "kept".to_boxroot(rt);
    rt.releasing_runtime(|| panic!("without the lock"))
}

/// Waits without the lock; what it owns must be dropped even when a signal handler raises at the end.
#[export]
fn x_wait(rt: &mut OCamlRuntime, milliseconds: i64) -> String {
    let _guard = CountsDrops;
    let root: BoxRoot<String> = "waited".to_boxroot(rt);
    rt.releasing_runtime(|| {
        let end = std::time::Instant::now() + std::time::Duration::from_millis(milliseconds as u64);
        // Sleeping again after a signal, as `std::thread::sleep` does.
        while let Some(rest) = end.checked_duration_since(std::time::Instant::now()) {
            std::thread::sleep(rest);
        }
    });
    root.to_rust(rt)
}

/// A string of so many megabytes.
#[export]
fn x_megabytes(n: i64) -> Vec<u8> {
    let _guard = CountsDrops;
    vec![b'x'; (n as usize) << 20]
}

#[export]
fn x_utf8(name: &str) -> i64 {
    name.chars().count() as i64
}

#[export]
fn x_utf8_owned(names: Vec<String>) -> i64 {
    names.len() as i64
}

/// The backtrace that Rust keeps with the exception, as OCaml's `Printexc.raw_backtrace`.
#[export]
fn x_backtrace(rt: &mut OCamlRuntime, f: OCamlFn<((),), ()>) -> Option<BoxRoot<OCamlAny>> {
    let exception = f.call(rt, ((),)).err()?;
    exception.backtrace().map(|backtrace| backtrace.to_boxroot(rt))
}
