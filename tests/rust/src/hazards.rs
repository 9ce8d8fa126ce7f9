//! What safe code could break once: thread-local destructors, domains that have ended, values that are not what
//! they are taken for.

use crate::counted::Count;
use bactrian::*;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

ocaml! {
    fn minor_gc() -> () = "test.minor";
    fn full_gc() -> () = "test.compact";
}

/// Region roots kept over collections: how many have another content afterwards.
fn stale_roots(rt: &mut OCamlRuntime, n: i64) -> i64 {
    rt.region(|r| {
        let mut roots = Vec::new();
        for i in 0..n {
            roots.push(r.root::<String, _>(&format!("value number {i}")));
            if i % 200 == 100 {
                minor_gc(r.runtime());
                full_gc(r.runtime());
            }
        }
        for i in 0..20_000 {
            let garbage: BoxRoot<String> = format!("garbage {i}").to_boxroot(r.runtime());
            drop(garbage);
        }
        minor_gc(r.runtime());
        full_gc(r.runtime());
        (0..n)
            .zip(&roots)
            .filter(|(i, root)| {
                r.to_rust::<String, Vec<u8>>(root) != format!("value number {i}").into_bytes()
            })
            .count() as i64
    })
}

/// What a destructor found: -1 until it has run.
static FOUND: AtomicI64 = AtomicI64::new(-1);

#[export]
fn h_found() -> i64 {
    FOUND.swap(-1, Ordering::SeqCst)
}

/// A thread-local whose destructor takes the lock, after the thread has given up its stacks.
struct UsesOCaml {
    milliseconds: u64,
}

impl Drop for UsesOCaml {
    fn drop(&mut self) {
        std::thread::sleep(std::time::Duration::from_millis(self.milliseconds));
        let stale = OCamlRuntime::with_domain_lock(|rt| stale_roots(rt, 1000));
        FOUND.store(stale, Ordering::SeqCst);
    }
}

thread_local! {
    static AT_EXIT: Cell<Option<UsesOCaml>> = const { Cell::new(None) };
    static LOOKS: Cell<Option<Looks>> = const { Cell::new(None) };
}

#[export]
fn h_destructor_of_foreign_thread(rt: &mut OCamlRuntime) {
    rt.releasing_runtime(|| {
        let thread = std::thread::spawn(|| {
            OCamlRuntime::with_domain_lock(|rt| {
                // After the thread was made known, and before its stacks exist: destroyed after them.
                AT_EXIT.set(Some(UsesOCaml { milliseconds: 0 }));
                assert_eq!(stale_roots(rt, 1000), 0);
            });
        });
        thread.join().expect("the thread does not panic");
    });
}

/// Called on a systhread of a second domain, which ends before the destructor runs.
#[export]
fn h_destructor_after_domain(rt: &mut OCamlRuntime) {
    assert_eq!(stale_roots(rt, 100), 0);
    AT_EXIT.set(Some(UsesOCaml { milliseconds: 300 }));
}

static KEPT: Mutex<Option<BoxRoot<String>>> = Mutex::new(None);

/// On a domain's own thread, after the domain has ended: the lock is not held, and a root cannot be cloned.
struct Looks;

impl Drop for Looks {
    fn drop(&mut self) {
        let kept = KEPT.lock().unwrap_or_else(|e| e.into_inner()).take();
        let cloned = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| kept.clone()));
        let found = i64::from(OCamlRuntime::is_held()) + 2 * i64::from(cloned.is_ok());
        FOUND.store(found, Ordering::SeqCst);
    }
}

#[export]
fn h_look_after_domain(text: BoxRoot<String>) {
    *KEPT.lock().unwrap_or_else(|e| e.into_inner()) = Some(text);
    LOOKS.set(Some(Looks));
}

/// `'a -> 'a array`
#[export(returns = "OCamlArray<A>")]
fn h_twice<A>(value: BoxRoot<A>) -> Vec<BoxRoot<A>> {
    vec![value.clone(), value]
}

/// `float`
#[derive(ToOCaml, FromOCaml)]
pub struct Metres(f64);

/// `float -> float array`
#[export(returns = "OCamlArray<Metres>")]
fn h_metres(x: f64) -> Vec<Metres> {
    vec![Metres(x), Metres(x)]
}

#[derive(OCamlException)]
#[ocaml(exception = "test.not_an_exception")]
struct NoException(i64);

#[export(raise)]
fn h_no_exception() -> Result<(), NoException> {
    Err(NoException(1))
}

#[export]
fn h_keep_without_lock(rt: &mut OCamlRuntime, mut value: BoxRoot<Option<String>>) -> bool {
    rt.releasing_runtime(move || {
        std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
            value.keep(OCaml::none());
        }))
        .is_err()
    })
}

/// Names that the shim could have used for itself.
#[export]
#[allow(non_snake_case)]
fn h_names(
    runtime: i64,
    result: i64,
    arguments: OCamlRef<'_, OCamlInt>,
    borrow: i64,
    word_0: i64,
    shim: i64,
) -> i64 {
    let _ = arguments;
    runtime + 2 * result + 3 * borrow + 4 * word_0 + 5 * shim
}

#[export]
fn h_shim(n: i64) -> i64 {
    n
}

/// Recursion between the languages, with roots on both stacks at each level, and panics at some.
#[export(raise)]
fn h_down(
    rt: &mut OCamlRuntime,
    f: OCamlRef<'_, OCamlFn<(i64,), i64>>,
    text: OCamlRef<'_, String>,
    n: i64,
) -> Result<i64, OCamlException> {
    let before: String = text.to_rust(rt);
    let result = rt.region(|r| {
        let number = r.root::<OCamlInt, _>(&n);
        let pair = r.pair(text, number);
        let below = r.call(f, (n - 1,))?;
        let again: (String, i64) = r.to_rust(pair);
        assert!(again.1 == n, "level {n} reads {}", again.1);
        Ok(r.to_rust::<_, i64>(below) + 1)
    });
    assert!(before == text.to_rust::<String>(rt), "the text of level {n} has changed");
    result
}

/// An exception whose constructor OCaml allocates on the heap, where it moves.
#[derive(OCamlException)]
#[ocaml(exception = "test.moves")]
struct Moves(i64);

#[export(raise)]
fn h_moves(n: i64) -> Result<(), Moves> {
    Err(Moves(n))
}

/// What functions own that fail.
pub static GUARDS: Count = Count::new();

#[export]
fn h_drops() -> i64 {
    GUARDS.dropped()
}

/// Owns something while it fills the minor heap several times.
#[export]
fn h_allocates(rt: &mut OCamlRuntime, n: i64) -> i64 {
    let _guard = GUARDS.one();
    (0..n)
        .map(|i| {
            let text: BoxRoot<String> = format!("number {i}").to_boxroot(rt);
            text.to_rust::<String>(rt).len() as i64
        })
        .sum()
}

/// What goes on a thread of Rust's that is started on one domain and goes on after that has ended.
struct Outlives {
    gate: std::sync::mpsc::Sender<()>,
    thread: std::thread::JoinHandle<(String, i64)>,
}

static OUTLIVES: Mutex<Option<Outlives>> = Mutex::new(None);

#[export]
fn h_outlives_start(
    rt: &mut OCamlRuntime,
    text: BoxRoot<String>,
    f: OCamlFn<(String,), i64>,
) -> i64 {
    let (gate, wait) = std::sync::mpsc::channel();
    let (ready, until_ready) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let length = OCamlRuntime::with_domain_lock(|rt| text.to_rust::<String>(rt).len() as i64);
        ready.send(length).expect("the function waits");
        wait.recv().expect("the gate is opened before it is dropped");
        OCamlRuntime::with_domain_lock(|rt| {
            let again = text.clone();
            let n = f.call(rt, (again.to_rust(rt),)).expect("the function raises nothing");
            (again.to_rust(rt), n)
        })
    });
    *OUTLIVES.lock().unwrap_or_else(|e| e.into_inner()) = Some(Outlives { gate, thread });
    rt.releasing_runtime(move || until_ready.recv().expect("the thread does not panic"))
}

#[export]
fn h_outlives_finish(rt: &mut OCamlRuntime) -> (String, i64) {
    let outlives = OUTLIVES.lock().unwrap_or_else(|e| e.into_inner()).take();
    let Outlives { gate, thread } = outlives.expect("the thread was started");
    rt.releasing_runtime(move || {
        gate.send(()).expect("the thread waits");
        thread.join().expect("the thread does not panic")
    })
}
