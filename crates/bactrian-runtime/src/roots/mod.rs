//! The one root store: stacks of short-lived roots per thread, pools of long-lived ones per domain,
//! and the hook by which the collector sees both.

mod boxroot;
mod current;
mod domain;
mod hook;
mod stack;
mod thread;

pub use boxroot::BoxRoot;
pub(crate) use stack::{Frame, RootStack, Slot};
pub(crate) use thread::{existing, regions, scratch};

/// Roots on stacks, those above the watermark, and boxed ones, of the current domain.
pub(crate) fn count_roots() -> (usize, usize, usize) {
    domain::DomainRoots::current().count()
}
