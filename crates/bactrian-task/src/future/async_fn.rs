//! OCaml functions in direct style, called by Rust.

use super::{Promise, ops};
use crate::context;
use crate::executor::Executor;
use crate::promise::made_at_home;
use bactrian_runtime::{
    CallArguments, DefaultOCamlMapping, FromOCaml, OCaml, OCamlException, OCamlFn, OCamlList,
    OCamlRuntime, ToOCaml,
};
use std::sync::{Arc, OnceLock};

/// An OCaml function `a -> b -> r` that may wait, for `OCamlAsyncFn<(A, B), R>`, which Rust calls from any thread.
///
/// Each call runs on the domain that the function came from, in a fibre of its own: one of the domain's scheduler where
/// there is one, so that the function may perform its effects, else a thread. Clones are cheap.
///
/// ```no_run
/// use bactrian_task::future::OCamlAsyncFn;
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
    function: OCamlFn<Args, R>,
    /// The function that does so in a fibre of its own; made when it is called first.
    lifted: OnceLock<OCamlFn<Args, Promise<R>>>,
    executor: Arc<Executor>,
}

impl<Args, R> OCamlAsyncFn<Args, R>
where
    Args: CallArguments + Send + 'static,
    R: DefaultOCamlMapping + FromOCaml<R::OCamlType> + Send + 'static,
{
    /// Calls the function and waits for its result.
    ///
    /// In a task of the function's domain it is called at once; from elsewhere the arguments travel to that
    /// domain, and are converted there. The error is the exception that the function raised: the same one, physically.
    /// Dropping this future stops waiting; it does not stop the OCaml function.
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
        context::with_runtime(|rt| {
            let lifted = match self.lifted.get() {
                Some(lifted) => lifted,
                None => {
                    let lifted = self.lift(rt)?;
                    self.lifted.get_or_init(|| lifted)
                }
            };
            lifted.call(rt, arguments)
        })
    }

    fn lift(&self, rt: &mut OCamlRuntime) -> Result<OCamlFn<Args, Promise<R>>, OCamlException> {
        // SAFETY: the word is that of a function of so many arguments, read where nothing collects; what comes back is one
        // of the same arguments that returns a future.
        unsafe {
            let function = rt.get(&self.function).raw();
            let lifted = ops::lift(rt, Args::COUNT, function)?.raw();
            Ok(OCamlFn::from_ocaml(OCaml::from_raw(lifted)))
        }
    }
}

impl<Args, R> Clone for OCamlAsyncFn<Args, R> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<Args, R> DefaultOCamlMapping for OCamlAsyncFn<Args, R> {
    type OCamlType = OCamlFn<Args, R>;
    type VecType = OCamlList<OCamlFn<Args, R>>;
}

// SAFETY: the word is only kept.
unsafe impl<Args, R> FromOCaml<OCamlFn<Args, R>> for OCamlAsyncFn<Args, R> {
    fn from_ocaml(value: OCaml<'_, OCamlFn<Args, R>>) -> Self {
        // SAFETY: whoever has an OCaml value holds the lock; the handle is only read.
        let rt = unsafe { OCamlRuntime::recover() };
        let function = OCamlFn::from_ocaml(value);
        let executor = Executor::current(&rt);
        Self { inner: Arc::new(Inner { function, lifted: OnceLock::new(), executor }) }
    }
}

// SAFETY: the function itself.
unsafe impl<Args, R> ToOCaml<OCamlFn<Args, R>> for OCamlAsyncFn<Args, R> {
    const ALLOCATES: bool = false;

    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFn<Args, R>> {
        self.inner.function.to_ocaml(rt)
    }
}
