//! What the `external`s have in common: the words that they are given, and what is to be done on another domain.

use crate::executor::{Executor, Message};
use crate::fork;
use crate::slab::Key;
use bactrian_runtime::__private::{shim, val_int};
use bactrian_runtime::{OCaml, OCamlInt, OCamlRuntime, RawOCaml};
use std::sync::Arc;

/// `()`
pub(crate) const UNIT: RawOCaml = 1;

/// # Safety
/// `word` must be an OCaml `int`.
pub(crate) unsafe fn int(word: RawOCaml) -> i64 {
    // SAFETY: passed on; an immediate is always live.
    unsafe { OCaml::<OCamlInt>::from_raw(word) }.to_rust()
}

/// The key in a word that OCaml kept for us.
///
/// # Safety
/// `word` must be an OCaml `int`.
pub(crate) unsafe fn key(word: RawOCaml) -> Option<Key> {
    // SAFETY: passed on.
    Key::from_bits(unsafe { int(word) } as u64)
}

/// An `int` of OCaml for a key, of 62 bits at most.
pub(crate) fn raw_key(key: Key) -> RawOCaml {
    val_int(key.to_bits() as i64)
}

/// Does something to what a key of a domain stands for: at once on that domain, else at the next turn of its executor.
/// Nothing where the domain has ended, and in a forked child.
///
/// # Safety
/// As for [`shim::call_with_runtime`], and the words must be OCaml `int`s.
pub(crate) unsafe fn on_domain(
    external: &'static str,
    domain: RawOCaml,
    word: RawOCaml,
    act: fn(&Arc<Executor>, &mut OCamlRuntime, Key),
) -> RawOCaml {
    // SAFETY: passed on.
    unsafe {
        shim::call_with_runtime(external, |rt: &mut OCamlRuntime| {
            let domain = int(domain) as usize;
            let Some(key) = key(word).filter(|_| !fork::is_child()) else { return Ok(UNIT) };
            if domain == rt.domain_id() {
                if let Some(executor) = Executor::existing(rt) {
                    act(&executor, rt, key);
                }
            } else if let Some(executor) = Executor::of_domain(domain) {
                let target = Arc::clone(&executor);
                executor.send(Message::Job(Box::new(move |rt| act(&target, rt, key))));
            }
            Ok(UNIT)
        })
    }
}
