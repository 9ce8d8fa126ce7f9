//! An OCaml promise as a future.

use super::ops::{self, State};
use crate::context;
use crate::executor::{Executor, Message, Wait};
use crate::export;
use crate::handle::Handle;
use crate::join::{JoinError, JoinHandle};
use crate::panics;
use crate::slab::Key;
use bactrian_runtime::schema::Type;
use bactrian_runtime::{
    BoxRoot, DefaultOCamlMapping, DescribeOCaml, FromOCaml, OCaml, OCamlAny, OCamlException,
    OCamlFn, OCamlList, OCamlRuntime, ToOCaml,
};
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

/// OCaml's `'a Lwt.t`, as the type of a value.
pub struct OCamlLwt<T> {
    _marker: PhantomData<fn() -> T>,
}

/// An OCaml promise, `'a Lwt.t`, that Rust awaits: a future of `Result<T, OCamlException>`.
///
/// An argument of an exported function may be a `Promise<T>`, and so may the result of an OCaml function that Rust calls.
/// It is awaited in a task of its domain, at the cost of a call into OCaml, or anywhere else, at the cost of a trip to the
/// domain. Dropping it leaves the OCaml promise alone; [`cancel`](Promise::cancel) cancels it.
///
/// ```no_run
/// use bactrian_task::lwt::Promise;
/// # use bactrian_runtime::OCamlException;
/// async fn twice(number: Promise<i64>) -> Result<i64, OCamlException> {
///     Ok(2 * number.await?)
/// }
/// ```
pub struct Promise<T> {
    root: Arc<BoxRoot<OCamlAny>>,
    executor: Arc<Executor>,
    waiting: Waiting<T>,
}

enum Waiting<T> {
    NotYet,
    /// Here, under a key of `waits`.
    Here(Key),
    /// On the promise's own domain, for a future that is awaited elsewhere.
    There(JoinHandle<Result<T, OCamlException>>),
}

impl<T> Promise<T> {
    /// Cancels the OCaml promise, as `Lwt.cancel` does: if it can be cancelled, it is rejected with `Lwt.Canceled`.
    ///
    /// The error is `Failure` on another thread than the promise's (of Lwt's loop), or an exception that escaped both a
    /// continuation of OCaml and its hook.
    pub fn cancel(&self, rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
        if !self.executor.is_at_home(rt) {
            return Err(OCamlException::failure(
                rt,
                "Promise::cancel was called on another thread than Lwt's main loop, whose promise it is: send the promise to \
                 that thread, with Handle::run_in_domain",
            ));
        }
        ops::cancel(rt, &self.root)
    }

    /// The promise as an OCaml value.
    ///
    /// # Panics
    /// When this thread does not hold its domain's lock.
    pub fn to_root(&self, rt: &OCamlRuntime) -> BoxRoot<OCamlAny> {
        self.root.get(rt).root()
    }

    fn of_value(value: OCaml<'_, OCamlAny>) -> Self {
        // SAFETY: whoever has an OCaml value holds the lock; the handle is only read.
        let rt = unsafe { OCamlRuntime::recover() };
        Promise {
            root: Arc::new(value.root()),
            executor: Executor::current(&rt),
            waiting: Waiting::NotYet,
        }
    }

    /// Stops waiting on this domain.
    fn forget(&mut self) {
        let Waiting::Here(key) = self.waiting else { return };
        self.waiting = Waiting::NotYet;
        if self.executor.is_polled_here() {
            context::with_runtime(|rt| forget(rt, &self.executor, key));
        } else {
            let executor = Arc::clone(&self.executor);
            self.executor.send(Message::Job(Box::new(move |rt| forget(rt, &executor, key))));
        }
    }
}

/// Takes a wait off the books and off its promise. On the promise's own domain.
fn forget(rt: &mut OCamlRuntime, executor: &Executor, key: Key) {
    // SAFETY: the handle proves that the lock is held. The waker is dropped outside the borrow.
    let wait = unsafe { executor.local() }.waits.remove(key);
    let Some(Wait { waker, guard }) = wait else { return };
    panics::guarded(|| drop(waker));
    if let Some(guard) = guard
        && let Err(exception) = ops::forget(rt, guard)
    {
        executor.escape(rt, exception);
    }
}

impl<T> Promise<T>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType>,
{
    /// Looks at the promise, and has the task woken when it is settled.
    fn poll_here(
        &mut self,
        context: &mut Context<'_>,
        rt: &mut OCamlRuntime,
    ) -> Poll<Result<T, OCamlException>> {
        let converted = match ops::state(rt, &self.root) {
            Err(exception) => return Poll::Ready(Err(exception)),
            Ok(State::Rejected(exception)) => {
                return Poll::Ready(Err(OCamlException::new(exception)));
            }
            Ok(State::Fulfilled(value)) => {
                // SAFETY: the promise is a `T::OCamlType Lwt.t`.
                let value = unsafe { OCaml::<T::OCamlType>::from_raw(value.raw()) };
                Some(value.try_to_rust::<T>())
            }
            Ok(State::Pending) => None,
        };
        match converted {
            Some(Ok(value)) => return Poll::Ready(Ok(value)),
            Some(Err(error)) => {
                let error = error.within("result of an OCaml promise");
                return Poll::Ready(Err(OCamlException::from_conversion(rt, &error)));
            }
            None => {}
        }
        let waker = context.waker().clone();
        if let Waiting::Here(key) = self.waiting {
            // SAFETY: the executor's own domain, whose lock is held. The old waker is dropped outside the borrow.
            let mut local = unsafe { self.executor.local() };
            let old = local.waits.get_mut(key).map(|wait| wait.waker.replace(waker));
            drop(local);
            drop(old);
            return Poll::Pending;
        }
        let wait = Wait { waker: Some(waker), guard: None };
        // SAFETY: as above.
        let key = unsafe { self.executor.local() }.waits.insert(wait);
        self.waiting = Waiting::Here(key);
        match ops::watch(rt, &self.root, key) {
            Ok(guard) => {
                // SAFETY: as above.
                if let Some(wait) = unsafe { self.executor.local() }.waits.get_mut(key) {
                    wait.guard = Some(guard);
                }
                Poll::Pending
            }
            Err(exception) => Poll::Ready(Err(exception)),
        }
    }
}

impl<T> Future for Promise<T>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    type Output = Result<T, OCamlException>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if !matches!(this.waiting, Waiting::There(_)) {
            if this.executor.is_polled_here() {
                let result = context::with_runtime(|rt| this.poll_here(context, rt));
                if result.is_ready() {
                    this.forget();
                }
                return result;
            }
            this.forget();
            let there = Promise {
                root: Arc::clone(&this.root),
                executor: Arc::clone(&this.executor),
                waiting: Waiting::NotYet,
            };
            let handle = Handle::from_executor(Arc::clone(&this.executor));
            this.waiting = Waiting::There(handle.spawn(there));
        }
        let Waiting::There(join) = &mut this.waiting else { unreachable!("set above") };
        Pin::new(join).poll(context).map(|joined| joined.unwrap_or_else(|error| Err(lost(error))))
    }
}

/// The exception for a task on the home domain that has no result: that domain has ended, or it panicked.
pub(super) fn lost(error: JoinError) -> OCamlException {
    let panicked = error.into_panicked();
    let make = |rt: &mut OCamlRuntime| match panicked {
        Some(panicked) => panicked.into_exception(rt),
        None => export::dropped(rt, "an OCaml promise"),
    };
    if context::has_runtime() {
        context::with_runtime(make)
    } else {
        OCamlRuntime::with_domain_lock(make)
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        match &self.waiting {
            Waiting::There(join) => join.abort(),
            _ => self.forget(),
        }
    }
}

impl<T: DescribeOCaml> DescribeOCaml for OCamlLwt<T> {
    const TYPE: &'static Type = &Type::Named { name: "Lwt.t", arguments: &[T::TYPE] };
}

impl<T: DefaultOCamlMapping> DefaultOCamlMapping for Promise<T> {
    type OCamlType = OCamlLwt<T::OCamlType>;
    type VecType = OCamlList<OCamlLwt<T::OCamlType>>;
}

// SAFETY: the word is only kept, as what it is.
unsafe impl<T: DefaultOCamlMapping> FromOCaml<OCamlLwt<T::OCamlType>> for Promise<T> {
    fn from_ocaml(value: OCaml<'_, OCamlLwt<T::OCamlType>>) -> Self {
        // SAFETY: every value is one about which nothing is known.
        Self::of_value(unsafe { OCaml::from_raw(value.raw()) })
    }
}

// SAFETY: the promise itself.
unsafe impl<T: DefaultOCamlMapping> ToOCaml<OCamlLwt<T::OCamlType>> for Promise<T> {
    const ALLOCATES: bool = false;

    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlLwt<T::OCamlType>> {
        // SAFETY: the root was made from a promise of this type.
        unsafe { OCaml::from_raw(self.root.get(rt).raw()) }
    }
}

/// An OCaml function that returns a promise.
pub(super) type AsyncFunction<Args, R> = OCamlFn<Args, Promise<R>>;
