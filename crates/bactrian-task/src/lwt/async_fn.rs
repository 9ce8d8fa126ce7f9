//! OCaml functions that return promises.

use super::Promise;
use crate::context;
use crate::executor::Executor;
use crate::promise::made_at_home;
use bactrian_runtime::{
    CallArguments, DefaultOCamlMapping, FromOCaml, OCaml, OCamlException, OCamlFn, OCamlList,
    OCamlRuntime, ToOCaml,
};
use std::sync::Arc;

/// An OCaml function that returns a promise.
type AsyncFunction<Args, R> = OCamlFn<Args, Promise<R>>;

/// An OCaml function `a -> b -> r Lwt.t`, for `OCamlAsyncFn<(A, B), R>`, that Rust calls from any thread.
///
/// It runs on the domain that it came from. Clones are cheap.
///
/// ```no_run
/// use bactrian_task::lwt::OCamlAsyncFn;
/// # use bactrian_runtime::OCamlException;
/// async fn ask(handler: OCamlAsyncFn<(String, i64), String>) -> Result<String, OCamlException> {
///     // From here, or from a tokio task:
///     handler.call(("how many".to_owned(), 3)).await
/// }
/// ```
pub struct OCamlAsyncFn<Args, R> {
    inner: Arc<Inner<Args, R>>,
}

struct Inner<Args, R> {
    function: AsyncFunction<Args, R>,
    executor: Arc<Executor>,
}

impl<Args, R> OCamlAsyncFn<Args, R>
where
    Args: CallArguments + Send + 'static,
    R: DefaultOCamlMapping + FromOCaml<R::OCamlType> + Send + 'static,
{
    /// Calls the function and waits for its promise.
    ///
    /// In a task of the function's domain it is called at once; from elsewhere the arguments travel to that
    /// domain, and are converted there. The error is the exception that the function raised or that its promise was
    /// rejected with: the same one, physically. Dropping this future stops waiting; it does not cancel the OCaml promise.
    pub async fn call(&self, arguments: Args) -> Result<R, OCamlException> {
        let inner = Arc::clone(&self.inner);
        made_at_home(&self.inner.executor, move || inner.call(arguments)).await
    }
}

impl<Args: CallArguments, R> Inner<Args, R>
where
    R: DefaultOCamlMapping + FromOCaml<R::OCamlType>,
{
    fn call(&self, arguments: Args) -> Result<Promise<R>, OCamlException> {
        context::with_runtime(|rt| self.function.call(rt, arguments))
    }
}

impl<Args, R> Clone for OCamlAsyncFn<Args, R> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<Args, R> DefaultOCamlMapping for OCamlAsyncFn<Args, R> {
    type OCamlType = AsyncFunction<Args, R>;
    type VecType = OCamlList<AsyncFunction<Args, R>>;
}

// SAFETY: the word is only kept.
unsafe impl<Args, R> FromOCaml<AsyncFunction<Args, R>> for OCamlAsyncFn<Args, R> {
    fn from_ocaml(value: OCaml<'_, AsyncFunction<Args, R>>) -> Self {
        // SAFETY: whoever has an OCaml value holds the lock; the handle is only read.
        let rt = unsafe { OCamlRuntime::recover() };
        let function = AsyncFunction::from_ocaml(value);
        Self { inner: Arc::new(Inner { function, executor: Executor::current(&rt) }) }
    }
}

// SAFETY: the function itself.
unsafe impl<Args, R> ToOCaml<AsyncFunction<Args, R>> for OCamlAsyncFn<Args, R> {
    const ALLOCATES: bool = false;

    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, AsyncFunction<Args, R>> {
        self.inner.function.to_ocaml(rt)
    }
}
