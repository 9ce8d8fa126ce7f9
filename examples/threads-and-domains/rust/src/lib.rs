//! Counts words. What takes long does not hold the domain's lock.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]

use bactrian::{Custom, DomainEnded, OCamlDomain, OCamlException, OCamlFn, OCamlRuntime, export};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Words in the order of the alphabet, each with its count: `(string * int) list`.
type Counts = Vec<(String, usize)>;

fn count(text: &str) -> Counts {
    let mut counts = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// Counts the words of a text. Other threads of the domain, and collections of all domains, go on meanwhile.
#[export(name = "words_count", rename = "count")]
fn count_released(rt: &mut OCamlRuntime, text: String) -> Counts {
    rt.releasing_runtime(|| count(&text))
}

/// Counts the words of texts on threads of Rust's.
/// Each takes the lock for a moment, when it has counted a text, and gives OCaml the number of the text and its words.
#[export(name = "words_count_by_threads", raise)]
fn count_by_threads(
    rt: &mut OCamlRuntime,
    texts: Vec<String>,
    #[ocaml(label)] threads: usize,
    give: OCamlFn<(usize, Counts), ()>,
) -> Result<(), OCamlException> {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(text) = texts.get(index) else { return Ok(()) };
            let counts = count(text);
            OCamlRuntime::with_domain_lock(|rt| give.call(rt, (index, counts)))?;
        }
    };
    rt.releasing_runtime(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    })
}

/// A domain, on which `at` runs functions.
#[derive(Custom)]
#[ocaml(name = "home")]
pub struct Home(OCamlDomain);

/// The domain on which this is called.
#[export(name = "words_here")]
fn here(rt: &mut OCamlRuntime) -> Home {
    Home(rt.domain())
}

/// Runs a function on that domain, and waits for it. Its exception is raised here.
#[export(name = "words_at", raise)]
fn at(rt: &mut OCamlRuntime, home: &Home, f: OCamlFn<((),), ()>) -> Result<(), OCamlException> {
    let domain = home.0.clone();
    let outcome =
        rt.releasing_runtime(|| OCamlRuntime::run_in_domain(&domain, |rt| f.call(rt, ((),))));
    outcome
        .unwrap_or_else(|ended: DomainEnded| Err(OCamlException::failure(rt, &ended.to_string())))
}
