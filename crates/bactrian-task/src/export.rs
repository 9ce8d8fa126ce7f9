//! `#[export] async fn`: a future of Rust as a promise of OCaml, of whichever kind.

use crate::context;
use crate::executor::{Executor, Message};
use crate::panics::{Panicked, guarded};
use crate::promise::Kind;
use crate::slab::Key;
use crate::task::{self, Completion, Outcome, Stage, TaskHandle, Unsettled};
use crate::thread::ThreadId;
use bactrian_runtime::__private::{NamedValue, any_root, import};
use bactrian_runtime::{BoxRoot, OCaml, OCamlAny, OCamlException, OCamlRuntime, RawOCaml};
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

static DROPPED: NamedValue = NamedValue::new(c"Bactrian.Dropped");

/// How a result becomes an OCaml value, or the exception to reject with.
pub(crate) type Convert<R> = fn(R, &mut OCamlRuntime) -> Result<RawOCaml, OCamlException>;

/// A promise of OCaml and what settles it.
pub(crate) struct Pair<'gc> {
    pub(crate) promise: OCaml<'gc, OCamlAny>,
    pub(crate) resolver: BoxRoot<OCamlAny>,
}

/// A kind of promises: Lwt's, or futures.
///
/// The errors of `fulfil` and `reject` are exceptions that escaped a continuation and the hook.
pub(crate) trait Promises: Kind {
    /// One that is fulfilled.
    ///
    /// # Safety
    /// `value` must be a live word.
    #[inline]
    unsafe fn fulfilled(
        rt: &mut OCamlRuntime,
        value: RawOCaml,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: passed on; the function takes any value.
        unsafe { Ok(import::call::<OCamlAny, 1>(rt, &Self::functions().fulfilled, [value])?.raw()) }
    }

    /// One that is rejected.
    fn rejected(
        rt: &mut OCamlRuntime,
        exception: &OCamlException,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: the root keeps the exception alive until it is an argument.
        unsafe {
            let exception = exception.root().get(rt).raw();
            Ok(import::call::<OCamlAny, 1>(rt, &Self::functions().rejected, [exception])?.raw())
        }
    }

    /// One that drops the task of this key when OCaml cancels it.
    fn pending(rt: &mut OCamlRuntime, key: Key) -> Result<Pair<'_>, OCamlException>;

    /// # Safety
    /// `value` must be a live word of the resolver's type.
    #[inline]
    unsafe fn fulfil(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        value: RawOCaml,
    ) -> Result<(), OCamlException> {
        // SAFETY: passed on; nothing collects between the drop of the root and the call, which roots its arguments.
        unsafe {
            let word = resolver.get(rt).raw();
            drop(resolver);
            import::call::<(), 2>(rt, &Self::functions().fulfil, [word, value]).map(|_| ())
        }
    }

    fn reject(
        rt: &mut OCamlRuntime,
        resolver: BoxRoot<OCamlAny>,
        exception: &OCamlException,
    ) -> Result<(), OCamlException> {
        // SAFETY: as above.
        unsafe {
            let word = resolver.get(rt).raw();
            let exception = exception.root().get(rt).raw();
            drop(resolver);
            import::call::<(), 2>(rt, &Self::functions().reject, [word, exception]).map(|_| ())
        }
    }
}

struct Export<P, R> {
    function: &'static str,
    convert: Convert<R>,
    _promises: PhantomData<P>,
}

/// Starts an exported future: polls it at once, and if it is ready, the result is a promise that is settled: no trip through
/// the loop. The error is to be raised.
///
/// `thread` is as for [`task::spawn`].
pub(crate) fn start<P: Promises, R: 'static>(
    rt: &mut OCamlRuntime,
    executor: Arc<Executor>,
    thread: ThreadId,
    function: &'static str,
    future: impl Future<Output = R> + 'static,
    convert: Convert<R>,
) -> Result<RawOCaml, OCamlException> {
    let export = Export::<P, R> { function, convert, _promises: PhantomData };
    let (runnable, mut task) = task::spawn(executor, thread, future, export);
    context::enter(&task.metadata().executor, rt, || runnable.run());
    if let Some(outcome) = finished(&mut task) {
        return settled::<P, R>(rt, function, convert, outcome);
    }
    let Some(key) = task.metadata().key() else {
        // It neither finished nor waits: it was cancelled by what its own poll called.
        return settled::<P, R>(rt, function, convert, Outcome::Dropped);
    };
    // OCaml code may run in here, so the task may have gone on since.
    let pair = P::pending(rt, key)?;
    if let Some(outcome) = finished(&mut task) {
        return settled::<P, R>(rt, function, convert, outcome);
    }
    // SAFETY: the lock is held; the promise is not collected, since nothing below allocates in OCaml.
    let promise = unsafe { pair.promise.raw() };
    let resolver = pair.resolver;
    // SAFETY: the lock is held, and the borrow ends before anything else runs.
    match unsafe { task.metadata().executor.local() }.tasks.get_mut(key) {
        Some(entry) => entry.promise = Some(Unsettled { resolver, function, reject: P::reject }),
        // Dropped meanwhile, by the end of the domain, say: nobody else settles this promise, nor has seen it.
        None => return settled::<P, R>(rt, function, convert, Outcome::Dropped),
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
fn settled<P: Promises, R>(
    rt: &mut OCamlRuntime,
    function: &'static str,
    convert: Convert<R>,
    outcome: Outcome<R>,
) -> Result<RawOCaml, OCamlException> {
    match value(rt, function, convert, outcome) {
        // SAFETY: the word was just made.
        Ok(word) => unsafe { P::fulfilled(rt, word) },
        Err(exception) => P::rejected(rt, &exception),
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
        Outcome::Dropped => Err(dropped(rt, function)),
    }
}

impl<P: Promises, R> Completion<R> for Export<P, R> {
    fn complete(
        &mut self,
        executor: &Arc<Executor>,
        stage: Stage,
        outcome: Outcome<R>,
    ) -> Option<Outcome<R>> {
        let promise = match stage {
            Stage::First => return Some(outcome),
            Stage::Cancelled => {
                // Nobody wants it; but its destructor may panic.
                guarded(|| drop(outcome));
                return None;
            }
            Stage::Waiting(entry) => entry.promise,
        };
        let Some(promise) = promise else { return Some(outcome) };
        settle::<P, R>(executor, promise, self.function, self.convert, outcome);
        None
    }
}

/// Settles a promise with the outcome of a task, in its poll or where it is dropped.
pub(crate) fn settle<P: Promises, R>(
    executor: &Arc<Executor>,
    promise: Unsettled,
    function: &'static str,
    convert: Convert<R>,
    outcome: Outcome<R>,
) {
    match outcome {
        // A future is dropped in places where the runtime handle may be in use.
        Outcome::Dropped => reject_dropped(executor, promise),
        // In a poll it is not.
        outcome => context::with_runtime(|rt| {
            let settled = match value(rt, function, convert, outcome) {
                // SAFETY: the word was just made.
                Ok(word) => unsafe { P::fulfil(rt, promise.resolver, word) },
                Err(exception) => P::reject(rt, promise.resolver, &exception),
            };
            if let Err(escaped) = settled {
                executor.escape(rt, escaped);
            }
        }),
    }
}

/// Rejects with `Bactrian.Dropped`, at the next turn of the executor; from any thread.
pub(crate) fn reject_dropped(executor: &Arc<Executor>, promise: Unsettled) {
    let home = Arc::clone(executor);
    executor.send(Message::Job(Box::new(move |rt| {
        if let Err(escaped) = reject_dropped_now(rt, promise) {
            home.escape(rt, escaped);
        }
    })));
}

/// Rejects with `Bactrian.Dropped`. The error is an exception that escaped a continuation and the hook.
pub(crate) fn reject_dropped_now(
    rt: &mut OCamlRuntime,
    promise: Unsettled,
) -> Result<(), OCamlException> {
    let exception = dropped(rt, promise.function);
    (promise.reject)(rt, promise.resolver, &exception)
}

/// `Bactrian.Dropped what`.
pub(crate) fn dropped(rt: &mut OCamlRuntime, what: &str) -> OCamlException {
    let what = any_root::<str, String>(rt, what);
    OCamlException::registered(rt, &DROPPED, [&what])
}
