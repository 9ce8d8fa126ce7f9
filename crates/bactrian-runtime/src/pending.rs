//! What OCaml does between the steps of a program: signal handlers, finalisers, other threads' turns.

use crate::checked::checked;
use crate::exception::OCamlException;
use crate::ffi::domain_state;
use crate::ffi::mlvalues::{extract_exception, is_exception_result};
use crate::ffi::signals::caml_process_pending_actions_exn;
use crate::runtime::OCamlRuntime;

impl OCamlRuntime {
    /// Lets OCaml do what waits: signal handlers, finalisers, collections that another domain asks for, and the turns of the
    /// domain's other threads.
    ///
    /// For a function that works for long with the lock held: without it, Ctrl-C and the other threads wait until it
    /// returns, and the other domains until it allocates. Nothing waits most of the time, and that costs three loads, so it may stand in
    /// an inner loop. (A function that does not use OCaml meanwhile is better off in
    /// [`releasing_runtime`](Self::releasing_runtime).)
    ///
    /// # Errors
    /// When a signal handler or a finaliser raises: hand the exception on, by `#[export(raise)]`, so that Ctrl-C ends what it
    /// should end.
    ///
    /// ```ignore
    /// #[bactrian::export(raise)]
    /// fn search(rt: &mut OCamlRuntime, limit: i64) -> Result<i64, OCamlException> {
    ///     for n in 0..limit {
    ///         rt.process_pending_actions()?;
    ///         if is_it(n) { return Ok(n) }
    ///     }
    ///     Ok(-1)
    /// }
    /// ```
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn process_pending_actions(&mut self) -> Result<(), OCamlException> {
        // SAFETY: the handle proves that the lock is held.
        if unsafe { domain_state::anything_pending(domain_state::held()) } {
            return process(self);
        }
        Ok(())
    }
}

#[cold]
#[inline(never)]
#[cfg_attr(feature = "checked", track_caller)]
fn process(rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
    checked! { let open = crate::checked::processes(); }
    // SAFETY: the lock is held, and the borrow of the handle has ended every unrooted value. An exception comes back as a
    // value.
    let outcome = unsafe { caml_process_pending_actions_exn() };
    checked! { drop(open); }
    if is_exception_result(outcome) {
        // SAFETY: the word is an exception, just raised.
        return Err(unsafe { OCamlException::caught(rt, extract_exception(outcome)) });
    }
    Ok(())
}
