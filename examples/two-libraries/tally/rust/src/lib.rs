//! Counts of strings, for OCaml. It knows nothing of the library `words`.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]

use bactrian::{BoxRoot, OCamlException, OCamlFn, OCamlRuntime, export};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An OCaml function, kept on the Rust side for as long as somebody wants it.
type Listener = Arc<OCamlFn<(String,), ()>>;

static COUNTS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);
static SAMPLE: Mutex<Option<BoxRoot<String>>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a string, and tells the listener of a new one.
#[export(name = "tally_add", raise)]
fn add(rt: &mut OCamlRuntime, text: String) -> Result<(), OCamlException> {
    let new = {
        let mut counts = lock(&COUNTS);
        let count = counts.entry(text.clone()).or_default();
        *count += 1;
        *count == 1
    };
    // The function is called with no lock of Rust's held: it may call `add` itself.
    let listener = lock(&LISTENER).clone();
    match listener {
        Some(listener) if new => listener.call(rt, (text,)),
        _ => Ok(()),
    }
}

/// The function is called with each string when it is counted first.
#[export(name = "tally_on_new")]
fn on_new(listener: OCamlFn<(String,), ()>) {
    *lock(&LISTENER) = Some(Arc::new(listener));
}

/// The most frequent strings, and how often they were counted.
#[export(name = "tally_top")]
fn top(most: usize) -> Vec<(String, usize)> {
    let mut counts: Vec<_> = lock(&COUNTS).iter().map(|(text, n)| (text.clone(), *n)).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.truncate(most);
    counts
}

/// For other Rust code: keeps an OCaml string.
pub fn keep_sample(sample: Option<BoxRoot<String>>) {
    *lock(&SAMPLE) = sample;
}

/// The string that Rust code has left here.
#[export(name = "tally_sample")]
fn sample(rt: &mut OCamlRuntime) -> Option<String> {
    lock(&SAMPLE).as_ref().map(|root| root.to_rust(rt))
}
