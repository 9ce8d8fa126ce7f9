//! Unrooted values: where each was read, and whether its word may have moved since.

use super::frames::{self, Operation, Site, stop};
use super::rules;
use super::words::{self, Shape};
use crate::ffi::mlvalues::{RawOCaml, is_block};
use crate::runtime::OCamlRuntime;

/// What an unrooted value remembers of its making.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    site: Site,
    thread: u64,
    epoch: u64,
}

const STALE: &str =
    "an unrooted value is used only until something may collect: root it to keep it";

/// Grows whenever a word that this thread has read may have moved.
fn epoch() -> u64 {
    frames::collecting().0 + rules::collections()
}

/// A word is about to be rooted. Whoever does so without the lock is told in release mode too.
#[track_caller]
pub(crate) fn rooting(raw: RawOCaml) -> Operation {
    let operation = frames::operation("BoxRoot::new");
    if OCamlRuntime::is_held() && words::is_stale(raw) {
        stop("the word is stale: a collection has moved its block since it was read", STALE);
    }
    operation
}

impl Reading {
    /// Of a word that is read now.
    #[track_caller]
    pub fn now(raw: RawOCaml) -> Self {
        let _operation = frames::operation("OCaml::from_raw");
        let site = frames::current("OCaml::from_raw");
        if is_block(raw) {
            rules::lock();
            if words::is_stale(raw) {
                stop(
                    "the word is stale: a collection has moved its block since it was read",
                    STALE,
                );
            }
        }
        Self { site, thread: frames::thread(), epoch: epoch() }
    }

    /// Begins an operation on the value that was read so.
    #[track_caller]
    pub fn used(&self, raw: RawOCaml, function: &'static str, shape: Shape) -> Operation {
        let operation = frames::operation(function);
        if is_block(raw) {
            self.check(raw);
        }
        // SAFETY: a block is live, as was just checked.
        if !unsafe { shape.fits(raw) } {
            // SAFETY: as above.
            let what = unsafe { words::describe(raw) };
            let wrong = if self.site == frames::current(function) {
                format!("the value is {what}")
            } else {
                format!("the value read by {} is {what}", self.site)
            };
            stop(&wrong, &shape.rule());
        }
        operation
    }

    #[track_caller]
    fn check(&self, raw: RawOCaml) {
        rules::lock();
        let read = self.site;
        if self.thread != frames::thread() {
            stop(
                &format!("the value was read by another thread, by {read}"),
                "an unrooted value is used only by the thread that read it: send a BoxRoot",
            );
        }
        if self.epoch != epoch() {
            let wrong = match frames::collecting() {
                (_, Some(by)) => {
                    format!("the value read by {read} is stale: {by} may have moved it")
                }
                _ => format!("the value read by {read} is stale: a collection may have moved it"),
            };
            stop(&wrong, STALE);
        }
        if words::is_stale(raw) {
            stop(&format!("the value read by {read} is stale: a collection has moved it"), STALE);
        }
    }
}
