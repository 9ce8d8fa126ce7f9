//! The one root store: stacks of short-lived roots per thread, pools of long-lived ones per domain,
//! and the hook by which the collector sees both.

mod boxroot;
mod c;
mod current;
mod domain;
mod hook;
mod stack;
mod thread;

use crate::ffi::mlvalues::RawOCaml;
pub use boxroot::BoxRoot;
pub use c::{CHUNK, CMark, CThread, FREED, Forget};
pub(crate) use stack::{Frame, RootStack, Slot};
pub(crate) use thread::{domain_ended, end_domain, existing, forget, regions, scratch};

/// The stretch of a stack that a region or the arguments of a call take.
#[cfg(not(feature = "checked"))]
pub(crate) use stack::Frame as RootFrame;

#[cfg(feature = "checked")]
pub(crate) use {crate::checked::RootFrame, stack::Mark};

/// How many collections the current domain has taken part in.
#[cfg(feature = "checked")]
pub(crate) fn collections() -> u64 {
    domain::DomainRoots::current().collections.get()
}

/// How many long-lived roots the current domain has made so far.
#[cfg(feature = "statistics")]
pub fn roots_made(_rt: &crate::runtime::OCamlRuntime) -> usize {
    domain::DomainRoots::current().made.get()
}

/// Makes the domain of this thread, which must hold its lock, known: its end will be noted.
pub(crate) fn know_domain() {
    domain::DomainRoots::current();
}

/// Roots on stacks, those above the watermark, and boxed ones, of the current domain.
pub(crate) fn count_roots() -> (usize, usize, usize) {
    domain::DomainRoots::current().count()
}

/// Whether the address is that of a live root of the current domain: on a stack of any of its threads, or a
/// [`BoxRoot`]'s. Walks them all: for checked mode.
pub fn is_root(slot: *const RawOCaml) -> bool {
    domain::DomainRoots::current().is_root(slot)
}
