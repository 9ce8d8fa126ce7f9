//! Lwt: `async fn`s as `Lwt.t`, and `Lwt.t` as futures.
//!
//! The OCaml half is the library `bactrian-lwt`. Lwt has one main loop in a program, so one domain, the first that uses
//! this module, is Lwt's; the tasks of that domain's executor are polled by that loop.

mod async_fn;
mod engine;
mod export;
mod externals;
mod ops;
mod promise;
mod resolver;

pub use async_fn::OCamlAsyncFn;
#[doc(hidden)]
pub use export::export;
pub use promise::{OCamlLwt, Promise};
pub use resolver::Resolver;

use crate::executor::Executor;
use bactrian_runtime::{OCamlException, OCamlRuntime};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::os::fd::AsRawFd;
use std::sync::Arc;

/// The domain whose loop is Lwt's.
static LOOP: AtomicUsize = AtomicUsize::new(NONE);
const NONE: usize = usize::MAX;

/// Is the OCaml library linked?
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// The executor of this domain, watched by Lwt's loop. `function` is who asks, for the message.
#[inline]
fn attached(rt: &mut OCamlRuntime, function: &str) -> Result<Arc<Executor>, OCamlException> {
    let executor = match Executor::existing(rt) {
        Some(executor) => executor,
        None => {
            // Before the executor is made: it would keep its descriptors.
            let owner = LOOP.load(Ordering::Acquire);
            if INSTALLED.load(Ordering::Relaxed) && owner != NONE && owner != rt.domain_id() {
                return Err(refuse(rt, function, owner));
            }
            Executor::current(rt)
        }
    };
    if executor.is_gone() {
        let message = format!("{function} was called on a domain that has ended");
        return Err(OCamlException::failure(rt, &message));
    }
    if !executor.note_awake(rt) {
        attach(rt, &executor, function)?;
    }
    Ok(executor)
}

/// Tells Lwt of an executor that is new, if Lwt is this domain's.
pub(crate) fn attach_if_possible(rt: &mut OCamlRuntime, executor: &Arc<Executor>) {
    // SAFETY: as above.
    if !unsafe { executor.local() }.attached && INSTALLED.load(Ordering::Relaxed) {
        // What cannot be attached is another domain's.
        let _ = attach(rt, executor, "Handle::of");
    }
}

#[cold]
fn refuse(rt: &mut OCamlRuntime, function: &str, owner: usize) -> OCamlException {
    let domain = rt.domain_id();
    let message = format!(
        "{function} was called on domain {domain}, but Lwt's main loop belongs to domain {owner}, and Lwt can be used \
         by one domain only"
    );
    OCamlException::failure(rt, &message)
}

#[cold]
fn attach(
    rt: &mut OCamlRuntime,
    executor: &Arc<Executor>,
    function: &str,
) -> Result<(), OCamlException> {
    if !INSTALLED.load(Ordering::Relaxed) {
        let message = format!(
            "{function} returns an Lwt promise, but the program is not linked with the OCaml library bactrian-lwt"
        );
        return Err(OCamlException::failure(rt, &message));
    }
    let domain = executor.domain();
    let owner = LOOP.compare_exchange(NONE, domain, Ordering::AcqRel, Ordering::Acquire);
    if let Err(owner) = owner
        && owner != domain
    {
        return Err(refuse(rt, function, owner));
    }
    // SAFETY: as above.
    unsafe { executor.local() }.attached = true;
    let descriptor = executor.reactor().descriptor().as_raw_fd();
    ops::attach(rt, i64::from(descriptor))
}
