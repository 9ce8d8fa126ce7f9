//! An OCaml promise as a future.

use crate::calls;
use crate::context;
use crate::executor::{Executor, Message, Wait};
use crate::export;
use crate::externals::raw_key;
use crate::handle::Handle;
use crate::join::{JoinError, JoinHandle};
use crate::panics;
use crate::slab::Key;
use bactrian_runtime::__private::import;
use bactrian_runtime::schema::Type;
use bactrian_runtime::{
    BoxRoot, DefaultOCamlMapping, DescribeOCaml, FromOCaml, OCaml, OCamlAny, OCamlException,
    OCamlExn, OCamlList, OCamlRuntime, ToOCaml,
};
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use sealed::Sealed;
use std::sync::Arc;

/// What an OCaml promise has come to.
pub enum State<'gc> {
    #[doc(hidden)]
    Fulfilled(OCaml<'gc, OCamlAny>),
    #[doc(hidden)]
    Rejected(OCaml<'gc, OCamlExn>),
    #[doc(hidden)]
    Pending,
}

impl<'gc> State<'gc> {
    /// # Safety
    /// The value must be a variant `Return of 'a | Fail of exn | Sleep`: blocks of tag 0 and 1, and an immediate.
    pub(crate) unsafe fn of(state: OCaml<'gc, OCamlAny>) -> Self {
        // SAFETY: passed on.
        unsafe {
            match state.is_block() {
                false => State::Pending,
                true if state.tag() == 0 => State::Fulfilled(state.field(0)),
                true => State::Rejected(state.field(0)),
            }
        }
    }
}

/// Keeps [`Kind`] from others, whose values would be believed.
pub(crate) mod sealed {
    use crate::calls::Functions;

    /// # Safety
    /// The functions must be of the types that the fields say.
    pub unsafe trait Sealed {
        fn functions() -> &'static Functions;
    }
}

/// A key of the executor's `waits`.
pub struct WaitKey(pub(crate) Key);

/// A kind of OCaml promises that Rust awaits: Lwt's, or futures. Nobody else has one.
///
/// The errors are exceptions that escaped a continuation and the hook.
#[doc(hidden)]
pub trait Kind: Sealed + 'static {
    /// The OCaml type constructor.
    const NAME: &'static str;
    /// Are they for the thread of the host alone?
    const LOOP: bool;

    fn state<'gc>(
        rt: &'gc mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
    ) -> Result<State<'gc>, OCamlException> {
        // SAFETY: the function takes a promise, and gives what `State` reads.
        unsafe { Ok(State::of(calls::with_root(rt, &Self::functions().state, promise)?)) }
    }

    /// Has the wait with this key woken when the promise is settled, or `forget` is called with what this gives.
    fn watch(
        rt: &mut OCamlRuntime,
        promise: &BoxRoot<OCamlAny>,
        key: WaitKey,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a promise and an int.
        unsafe {
            let arguments = [promise.get(rt).raw(), raw_key(key.0)];
            Ok(import::call::<OCamlAny, 2>(rt, &Self::functions().watch, arguments)?.root())
        }
    }

    fn forget(rt: &mut OCamlRuntime, guard: BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes what `watch` returns; nothing collects between the drop of the root and the call.
        unsafe {
            let word = guard.get(rt).raw();
            drop(guard);
            import::call::<(), 1>(rt, &Self::functions().forget, [word]).map(|_| ())
        }
    }

    fn cancel(rt: &mut OCamlRuntime, promise: &BoxRoot<OCamlAny>) -> Result<(), OCamlException> {
        // SAFETY: the function takes a promise.
        unsafe { calls::with_root(rt, &Self::functions().cancel, promise).map(|_| ()) }
    }
}

/// An OCaml promise of the kind `K`, as the type of a value.
pub struct OCamlPromise<T, K> {
    _marker: PhantomData<fn() -> (T, K)>,
}

/// An OCaml promise that Rust awaits, `'a Lwt.t` or `'a Bactrian.Future.t`: a future of `Result<T, OCamlException>`.
///
/// It is named as [`lwt::Promise<T>`](crate::lwt::Promise) or [`future::Promise<T>`](crate::future::Promise).
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
pub struct Promise<T, K: Kind> {
    root: Arc<BoxRoot<OCamlAny>>,
    executor: Arc<Executor>,
    waiting: Waiting<T>,
    _kind: PhantomData<fn() -> K>,
}

enum Waiting<T> {
    NotYet,
    /// Here, under a key of `waits`.
    Here(Key),
    /// On the promise's own domain, for a future that is awaited elsewhere.
    There(JoinHandle<Result<T, OCamlException>>),
}

impl<T, K: Kind> Promise<T, K> {
    /// Cancels the OCaml promise, as `Lwt.cancel` or `Bactrian.Future.cancel` does: if it can be cancelled, it is rejected
    /// with `Lwt.Canceled` or `Bactrian.Future.Cancelled`.
    ///
    /// The error is `Failure` on another thread than a Lwt promise's (of Lwt's loop), or an exception that escaped both a
    /// continuation of OCaml and its hook.
    pub fn cancel(&self, rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
        if K::LOOP && !self.executor.is_at_home(rt) {
            return Err(OCamlException::failure(
                rt,
                "Promise::cancel was called on another thread than Lwt's main loop, whose promise it is: send the promise to \
                 that thread, with Handle::run_in_domain",
            ));
        }
        K::cancel(rt, &self.root)
    }

    /// The promise as an OCaml value.
    ///
    /// # Panics
    /// When this thread does not hold its domain's lock.
    pub fn to_root(&self, rt: &OCamlRuntime) -> BoxRoot<OCamlAny> {
        self.root.get(rt).root()
    }

    pub(crate) fn of_value(value: OCaml<'_, OCamlAny>) -> Self {
        // SAFETY: whoever has an OCaml value holds the lock; the handle is only read.
        let rt = unsafe { OCamlRuntime::recover() };
        Promise {
            root: Arc::new(value.root()),
            executor: Executor::current(&rt),
            waiting: Waiting::NotYet,
            _kind: PhantomData,
        }
    }

    /// Can it be looked at here and now?
    fn is_here(&self) -> bool {
        is_here::<K>(&self.executor)
    }

    /// Stops waiting on this domain.
    fn forget(&mut self) {
        let Waiting::Here(key) = self.waiting else { return };
        self.waiting = Waiting::NotYet;
        if self.is_here() {
            context::with_runtime(|rt| forget::<K>(rt, &self.executor, key));
        } else {
            let executor = Arc::clone(&self.executor);
            self.executor.send(Message::Job(Box::new(move |rt| forget::<K>(rt, &executor, key))));
        }
    }
}

/// May what is of this kind and of this executor's domain be used here and now?
pub(crate) fn is_here<K: Kind>(executor: &Executor) -> bool {
    if K::LOOP { executor.is_polled_here() } else { context::is_polling(executor) }
}

/// Makes a promise on its domain and waits for it: in a task of that domain at once, elsewhere in a task that is spawned
/// there, and dropped with this future.
pub(crate) async fn made_at_home<T, K: Kind>(
    executor: &Arc<Executor>,
    make: impl FnOnce() -> Result<Promise<T, K>, OCamlException> + Send + 'static,
) -> Result<T, OCamlException>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    if is_here::<K>(executor) {
        return make()?.await;
    }
    let mut join = spawn_at_home(executor, async move { make()?.await });
    (&mut join.0).await.unwrap_or_else(|error| Err(lost(error)))
}

/// Runs a future as a task of a domain for as long as somebody waits for it.
pub(crate) fn spawn_at_home<F>(executor: &Arc<Executor>, future: F) -> AbortOnDrop<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    AbortOnDrop(Handle::from_executor(Arc::clone(executor)).spawn(future))
}

/// Takes a wait off the books and off its promise. On the promise's own domain.
fn forget<K: Kind>(rt: &mut OCamlRuntime, executor: &Executor, key: Key) {
    // SAFETY: the handle proves that the lock is held. The waker is dropped outside the borrow.
    let wait = unsafe { executor.local() }.waits.remove(key);
    let Some(Wait { waker, guard }) = wait else { return };
    panics::guarded(|| drop(waker));
    if let Some(guard) = guard
        && let Err(exception) = K::forget(rt, guard)
    {
        executor.escape(rt, exception);
    }
}

impl<T, K: Kind> Promise<T, K>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType>,
{
    /// Looks at the promise, and has the task woken when it is settled.
    fn poll_here(
        &mut self,
        context: &mut Context<'_>,
        rt: &mut OCamlRuntime,
    ) -> Poll<Result<T, OCamlException>> {
        let converted = match K::state(rt, &self.root) {
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
        match K::watch(rt, &self.root, WaitKey(key)) {
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

impl<T, K: Kind> Future for Promise<T, K>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    type Output = Result<T, OCamlException>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if !matches!(this.waiting, Waiting::There(_)) {
            if this.is_here() {
                let result = context::with_runtime(|rt| this.poll_here(context, rt));
                if result.is_ready() {
                    this.forget();
                }
                return result;
            }
            this.forget();
            let there = Promise::<T, K> {
                root: Arc::clone(&this.root),
                executor: Arc::clone(&this.executor),
                waiting: Waiting::NotYet,
                _kind: PhantomData,
            };
            let handle = Handle::from_executor(Arc::clone(&this.executor));
            this.waiting = Waiting::There(handle.spawn(there));
        }
        let Waiting::There(join) = &mut this.waiting else { unreachable!("set above") };
        Pin::new(join).poll(context).map(|joined| joined.unwrap_or_else(|error| Err(lost(error))))
    }
}

/// The exception for a task on the home domain that has no result: that domain has ended, or it panicked.
pub(crate) fn lost(error: JoinError) -> OCamlException {
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

impl<T, K: Kind> Drop for Promise<T, K> {
    fn drop(&mut self) {
        match &self.waiting {
            Waiting::There(join) => join.abort(),
            _ => self.forget(),
        }
    }
}

impl<T: DescribeOCaml, K: Kind> DescribeOCaml for OCamlPromise<T, K> {
    const TYPE: &'static Type = &Type::Named { name: K::NAME, arguments: &[T::TYPE] };
}

impl<T: DefaultOCamlMapping, K: Kind> DefaultOCamlMapping for Promise<T, K> {
    type OCamlType = OCamlPromise<T::OCamlType, K>;
    type VecType = OCamlList<OCamlPromise<T::OCamlType, K>>;
}

// SAFETY: the word is only kept, as what it is.
unsafe impl<T: DefaultOCamlMapping, K: Kind> FromOCaml<OCamlPromise<T::OCamlType, K>>
    for Promise<T, K>
{
    fn from_ocaml(value: OCaml<'_, OCamlPromise<T::OCamlType, K>>) -> Self {
        // SAFETY: every value is one about which nothing is known.
        Self::of_value(unsafe { OCaml::from_raw(value.raw()) })
    }
}

// SAFETY: the promise itself.
unsafe impl<T: DefaultOCamlMapping, K: Kind> ToOCaml<OCamlPromise<T::OCamlType, K>>
    for Promise<T, K>
{
    const ALLOCATES: bool = false;

    fn to_ocaml<'gc>(
        &self,
        rt: &'gc mut OCamlRuntime,
    ) -> OCaml<'gc, OCamlPromise<T::OCamlType, K>> {
        // SAFETY: the root was made from a promise of this type.
        unsafe { OCaml::from_raw(self.root.get(rt).raw()) }
    }
}

/// A task that nobody else waits for.
pub(crate) struct AbortOnDrop<T>(pub(crate) JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        if !self.0.is_finished() {
            self.0.abort();
        }
    }
}
