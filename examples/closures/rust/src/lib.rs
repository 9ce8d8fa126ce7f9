//! OCaml functions that Rust keeps, and Rust closures that OCaml calls.

use bactrian::{OCamlException, OCamlFn, OCamlRuntime, Raise, RustFn, export};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// `string -> int -> unit`
type Handler = OCamlFn<(String, i64), ()>;

/// The OCaml functions that wait for an event.
static HANDLERS: Mutex<Vec<(String, Handler)>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[export(name = "events_on")]
fn on(event: String, handler: Handler) {
    lock(&HANDLERS).push((event, handler));
}

/// Calls the handlers of an event; what one raises is raised.
#[export(name = "events_emit", raise)]
fn emit(rt: &mut OCamlRuntime, event: String, value: i64) -> Result<usize, OCamlException> {
    emit_to(rt, &event, value)
}

/// Calls the handlers from a thread that OCaml did not start.
#[export(name = "events_emit_from_thread", raise)]
fn emit_from_thread(rt: &mut OCamlRuntime, event: String, value: i64) -> Result<usize, String> {
    let emit = move || {
        OCamlRuntime::with_domain_lock(|rt| {
            emit_to(rt, &event, value).map_err(|exception| exception.message(rt))
        })
    };
    rt.releasing_runtime(|| std::thread::spawn(emit).join())
        .unwrap_or_else(|_| Err("the thread panicked".to_owned()))
}

fn emit_to(rt: &mut OCamlRuntime, event: &str, value: i64) -> Result<usize, OCamlException> {
    // The lock is not held while OCaml runs: a handler may add another.
    let handlers: Vec<Handler> = lock(&HANDLERS)
        .iter()
        .filter(|(name, _)| name == event)
        .map(|(_, handler)| handler.clone())
        .collect();
    for handler in &handlers {
        handler.call(rt, (event.to_owned(), value))?;
    }
    Ok(handlers.len())
}

#[export(name = "events_clear")]
fn clear() {
    let handlers = std::mem::take(&mut *lock(&HANDLERS));
    drop(handlers);
}

/// `Fn`: may be called by anyone at any time.
#[export]
fn contains(word: String) -> RustFn<(String,), bool> {
    RustFn::new(move |_, (text,): (String,)| text.contains(&word))
}

/// `FnMut`, for `?by:int -> unit -> int`.
#[export]
fn counter(start: i64) -> RustFn<(Option<i64>, ()), i64> {
    let mut count = start;
    RustFn::new_mut(move |_, (by, ()): (Option<i64>, ())| {
        count += by.unwrap_or(1);
        count
    })
}

/// `FnMut` that calls OCaml: refused when OCaml calls it meanwhile.
#[export]
fn accumulate(
    f: OCamlFn<(i64, i64), i64>,
    start: i64,
) -> RustFn<(i64,), Raise<i64, OCamlException>> {
    let mut state = start;
    RustFn::new_mut(move |rt, (x,): (i64,)| {
        Raise(f.call(rt, (state, x)).inspect(|next| state = *next))
    })
}

/// `FnOnce`: gives away what it holds.
#[export]
fn ticket(text: String) -> RustFn<((),), String> {
    RustFn::new_once(move |_, ((),)| text)
}

/// An OCaml function, with its results remembered. `Fn`, so that it may call itself through OCaml: the table is not locked
/// meanwhile.
#[export]
fn memoize(f: OCamlFn<(i64,), i64>) -> RustFn<(i64,), Raise<i64, OCamlException>> {
    let known: Mutex<HashMap<i64, i64>> = Mutex::default();
    RustFn::new(move |rt, (x,): (i64,)| {
        if let Some(y) = lock(&known).get(&x) {
            return Raise(Ok(*y));
        }
        Raise(f.call(rt, (x,)).inspect(|y| {
            lock(&known).insert(x, *y);
        }))
    })
}

/// An OCaml function given its first argument once, and the second many times.
#[export(raise)]
fn map_from(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, i64), i64>,
    first: i64,
    rest: Vec<i64>,
) -> Result<Vec<i64>, OCamlException> {
    let g = f.partial(rt, (first,))?;
    rest.into_iter().map(|x| g.call(rt, (x,))).collect()
}
