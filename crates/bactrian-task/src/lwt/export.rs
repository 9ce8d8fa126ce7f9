//! `#[export(lwt)] async fn`.

use super::host::attached;
use super::ops;
use crate::context;
use crate::executor::{Executor, Message};
use crate::panics::{Panicked, guarded};
use crate::task::{self, Completion, Outcome, Stage, TaskHandle};
use bactrian_runtime::{BoxRoot, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How a result becomes an OCaml value, or the exception to reject with.
type Convert<R> = fn(R, &mut OCamlRuntime) -> Result<RawOCaml, OCamlException>;

struct Export<R> {
    function: &'static str,
    convert: Convert<R>,
}

/// Starts an exported future on the executor of this domain: what `#[export(lwt)]` expands to.
///
/// It is polled at once. If it is ready, the result is a promise that is settled: no trip through the loop. The
/// error, a call on a thread that is not Lwt's, is to be raised.
pub fn export<R: 'static>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    future: impl Future<Output = R> + 'static,
    convert: Convert<R>,
) -> Result<RawOCaml, OCamlException> {
    let executor = attached(rt, function)?;
    let (runnable, mut task) = task::spawn(executor, future, Export { function, convert });
    context::enter(&task.metadata().executor, rt, || runnable.run());
    if let Some(outcome) = finished(&mut task) {
        return settled(rt, function, convert, outcome);
    }
    let Some(key) = task.metadata().key() else {
        // It neither finished nor waits: it was cancelled by what its own poll called.
        return settled(rt, function, convert, Outcome::Dropped);
    };
    // OCaml code may run in here, so the task may have gone on since.
    let pair = ops::task(rt, key)?;
    if let Some(outcome) = finished(&mut task) {
        return settled(rt, function, convert, outcome);
    }
    // SAFETY: the lock is held; the promise is not collected, since nothing below allocates in OCaml.
    let promise = unsafe { pair.promise.raw() };
    let resolver = pair.resolver;
    // SAFETY: the lock is held, and the borrow ends before anything else runs.
    if let Some(entry) = unsafe { task.metadata().executor.local() }.tasks.get_mut(key) {
        entry.resolver = Some(resolver);
        entry.function = function;
    }
    task.detach();
    Ok(promise)
}

/// The outcome of a task that finished before it had a resolver.
fn finished<R>(task: &mut TaskHandle<R>) -> Option<Outcome<R>> {
    if !task.is_finished() {
        return None;
    }
    match Pin::new(task).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome.unwrap_or(Outcome::Dropped)),
        Poll::Pending => None,
    }
}

/// A promise of an outcome that is known.
fn settled<R>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    convert: Convert<R>,
    outcome: Outcome<R>,
) -> Result<RawOCaml, OCamlException> {
    match value(rt, function, convert, outcome) {
        // SAFETY: the word was just made.
        Ok(word) => unsafe { ops::return_(rt, word) },
        Err(exception) => ops::fail(rt, &exception),
    }
}

/// The OCaml value of an outcome, or the exception.
fn value<R>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    convert: Convert<R>,
    outcome: Outcome<R>,
) -> Result<RawOCaml, OCamlException> {
    match outcome {
        // The conversion panics when the value has no counterpart in OCaml.
        Outcome::Value(value) => match catch_unwind(AssertUnwindSafe(|| convert(value, rt))) {
            Ok(converted) => converted,
            Err(payload) => Err(Panicked::caught(payload).into_exception(rt)),
        },
        Outcome::Panic(panicked) => Err(panicked.into_exception(rt)),
        Outcome::Dropped => Err(ops::dropped(rt, function)),
    }
}

impl<R> Completion<R> for Export<R> {
    fn complete(
        &mut self,
        executor: &Arc<Executor>,
        stage: Stage,
        outcome: Outcome<R>,
    ) -> Option<Outcome<R>> {
        let resolver = match stage {
            Stage::First => return Some(outcome),
            Stage::Cancelled => {
                // Nobody wants it; but its destructor may panic.
                guarded(|| drop(outcome));
                return None;
            }
            Stage::Waiting(entry) => entry.resolver,
        };
        let Some(resolver) = resolver else { return Some(outcome) };
        let function = self.function;
        match outcome {
            // A future is dropped in places where the runtime handle may be in use.
            Outcome::Dropped => reject_dropped(executor, resolver, function),
            // In a poll it is not.
            outcome => context::with_runtime(|rt| {
                let settled = match value(rt, function, self.convert, outcome) {
                    // SAFETY: the word was just made.
                    Ok(word) => unsafe { ops::resolve(rt, resolver, word) },
                    Err(exception) => ops::reject(rt, resolver, &exception),
                };
                if let Err(escaped) = settled {
                    executor.escape(rt, escaped);
                }
            }),
        }
        None
    }
}

/// Rejects with `Bactrian.Dropped what`, at the next turn of the executor; from any thread.
pub(super) fn reject_dropped(
    executor: &Arc<Executor>,
    resolver: BoxRoot<OCamlAny>,
    what: &'static str,
) {
    let home = Arc::clone(executor);
    executor.send(Message::Job(Box::new(move |rt| {
        if let Err(escaped) = reject_dropped_now(rt, resolver, what) {
            home.escape(rt, escaped);
        }
    })));
}

/// Rejects with `Bactrian.Dropped what`. The error is an exception that escaped a continuation and the hook.
pub(crate) fn reject_dropped_now(
    rt: &mut OCamlRuntime,
    resolver: BoxRoot<OCamlAny>,
    what: &str,
) -> Result<(), OCamlException> {
    let exception = ops::dropped(rt, what);
    ops::reject(rt, resolver, &exception)
}
