//! A stream of OCaml that Rust reads.

use crate::calls;
use crate::context;
use crate::executor::{Executor, Message};
use crate::promise::{Kind, Promise, is_here, lost, spawn_at_home};
use bactrian_runtime::schema::Type;
use bactrian_runtime::{
    BoxRoot, DefaultOCamlMapping, DescribeOCaml, FromOCaml, OCaml, OCamlAny, OCamlException,
    OCamlList, OCamlRuntime,
};
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use futures_core::Stream;
use std::sync::Arc;

/// A kind of OCaml streams that Rust reads: Lwt's, or those in direct style. Nobody else has one.
#[doc(hidden)]
pub trait StreamKind: Kind {
    /// The OCaml type constructor.
    const STREAM: &'static str;

    /// A promise of the next element, an option.
    fn next(
        rt: &mut OCamlRuntime,
        stream: &BoxRoot<OCamlAny>,
    ) -> Result<BoxRoot<OCamlAny>, OCamlException> {
        // SAFETY: the function takes a stream.
        unsafe { Ok(calls::with_root(rt, &Self::functions().next, stream)?.root()) }
    }

    /// Nobody reads it any more.
    fn close(rt: &mut OCamlRuntime, stream: &BoxRoot<OCamlAny>) -> Result<(), OCamlException>;
}

/// An OCaml stream of the kind `K`, as the type of a value.
pub struct OCamlStreamOf<T, K> {
    _marker: PhantomData<fn() -> (T, K)>,
}

/// An OCaml stream that Rust reads, `'a Bactrian.Stream.t` or `'a Lwt_stream.t`: a [`Stream`] of `Result<T, OCamlException>`.
///
/// It is named as [`future::OCamlStream<T>`](crate::future::OCamlStream) or [`lwt::OCamlStream<T>`](crate::lwt::OCamlStream),
/// and is what an argument of an exported function may be. An element is asked for when the stream is polled, one at a time:
/// OCaml is not called for what Rust does not want yet. It is read in a task of its domain, at the cost of a call into OCaml for each
/// element, or anywhere else, at the cost of a trip to the domain.
///
/// An exception is an item; after it the stream goes on if OCaml's does. After [`Dropped`](crate) (its domain has ended) it has ended.
/// A `next()` future that is dropped loses nothing: what was asked for comes with the next poll. Dropping the stream closes OCaml's, so
/// that a channel's senders are told; a `Lwt_stream.t` has no such end, and is left alone.
///
/// ```no_run
/// use bactrian_task::future::OCamlStream;
/// use bactrian_runtime::OCamlException;
/// use core::future::poll_fn;
/// use core::pin::Pin;
/// use bactrian_task::stream::Stream;
/// async fn sum(mut numbers: OCamlStream<i64>) -> Result<i64, OCamlException> {
///     let mut sum = 0;
///     // `numbers.next()` with futures_util::StreamExt.
///     while let Some(number) = poll_fn(|context| Pin::new(&mut numbers).poll_next(context)).await {
///         sum += number?;
///     }
///     Ok(sum)
/// }
/// ```
pub struct OCamlStream<T, K: StreamKind> {
    inner: Arc<Inner<K>>,
    state: State<T>,
}

enum State<T> {
    Idle,
    /// An element is on its way.
    Asked(Asked<T>),
    Ended,
}

/// What a request comes to. The last error comes with `true`.
type Asked<T> = Pin<Box<dyn Future<Output = Result<Option<T>, (OCamlException, bool)>> + Send>>;

struct Inner<K> {
    root: BoxRoot<OCamlAny>,
    executor: Arc<Executor>,
    _kind: PhantomData<fn() -> K>,
}

impl<K: StreamKind> Inner<K> {
    /// Asks for an element, on the stream's domain.
    fn ask<T: DefaultOCamlMapping>(&self) -> Result<Promise<Option<T>, K>, OCamlException> {
        context::with_runtime(|rt| {
            let promise = K::next(rt, &self.root)?;
            Ok(Promise::of_value(rt.get(&promise)))
        })
    }
}

impl<T, K: StreamKind> OCamlStream<T, K>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    fn ask(&self) -> Asked<T> {
        if is_here::<K>(&self.inner.executor) {
            let asked = self.inner.ask::<T>();
            return Box::pin(async move {
                match asked {
                    Ok(promise) => promise.await.map_err(|exception| (exception, false)),
                    Err(exception) => Err((exception, false)),
                }
            });
        }
        let inner = Arc::clone(&self.inner);
        let asked = async move { inner.ask::<T>()?.await };
        let mut join = spawn_at_home(&self.inner.executor, asked);
        Box::pin(async move {
            match (&mut join.0).await {
                Ok(element) => element.map_err(|exception| (exception, false)),
                Err(error) => Err((lost(error), true)),
            }
        })
    }
}

impl<T, K: StreamKind> Stream for OCamlStream<T, K>
where
    T: DefaultOCamlMapping + FromOCaml<T::OCamlType> + Send + 'static,
{
    type Item = Result<T, OCamlException>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if matches!(this.state, State::Idle) {
            this.state = State::Asked(this.ask());
        }
        let State::Asked(asked) = &mut this.state else { return Poll::Ready(None) };
        let element = ready!(asked.as_mut().poll(context));
        let (after, item) = match element {
            Ok(Some(element)) => (State::Idle, Some(Ok(element))),
            Ok(None) => (State::Ended, None),
            Err((exception, true)) => (State::Ended, Some(Err(exception))),
            Err((exception, false)) => (State::Idle, Some(Err(exception))),
        };
        this.state = after;
        Poll::Ready(item)
    }
}

impl<T, K: StreamKind> Drop for OCamlStream<T, K> {
    fn drop(&mut self) {
        if matches!(self.state, State::Ended) {
            return;
        }
        // Later: closing calls OCaml, which a destructor should not.
        let inner = Arc::clone(&self.inner);
        let executor = Arc::clone(&self.inner.executor);
        executor.send(Message::Job(Box::new(move |rt| {
            if let Err(exception) = K::close(rt, &inner.root) {
                inner.executor.escape(rt, exception);
            }
        })));
    }
}

impl<T: DescribeOCaml, K: StreamKind> DescribeOCaml for OCamlStreamOf<T, K> {
    const TYPE: &'static Type = &Type::Named { name: K::STREAM, arguments: &[T::TYPE] };
}

impl<T: DefaultOCamlMapping, K: StreamKind> DefaultOCamlMapping for OCamlStream<T, K> {
    type OCamlType = OCamlStreamOf<T::OCamlType, K>;
    type VecType = OCamlList<OCamlStreamOf<T::OCamlType, K>>;
}

// SAFETY: the word is only kept, as what it is.
unsafe impl<T: DefaultOCamlMapping, K: StreamKind> FromOCaml<OCamlStreamOf<T::OCamlType, K>>
    for OCamlStream<T, K>
{
    fn from_ocaml(value: OCaml<'_, OCamlStreamOf<T::OCamlType, K>>) -> Self {
        // SAFETY: whoever has an OCaml value holds the lock; the handle is only read.
        let rt = unsafe { OCamlRuntime::recover() };
        // SAFETY: every value is one about which nothing is known.
        let root = unsafe { OCaml::<OCamlAny>::from_raw(value.raw()) }.root();
        let executor = Executor::current(&rt);
        OCamlStream {
            inner: Arc::new(Inner { root, executor, _kind: PhantomData }),
            state: State::Idle,
        }
    }
}
