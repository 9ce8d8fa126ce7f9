//! OCaml promises that Rust settles.

use super::OCamlLwt;
use super::host::attached;
use super::ops::{self, Lwt};
use crate::executor::{Executor, Message};
use crate::export::{Promises, reject_dropped};
use crate::panics::Panicked;
use crate::task::Unsettled;
use bactrian_runtime::{
    BoxRoot, DefaultOCamlMapping, IntoOCamlException, OCaml, OCamlAny, OCamlException,
    OCamlRuntime, RawOCaml, ToOCaml,
};
use core::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Settles an OCaml promise that Rust has made, once.
///
/// Dropped without having settled it, the resolver rejects the promise with `Bactrian.Dropped`.
pub struct Resolver<T> {
    /// `None`: used.
    root: Option<BoxRoot<OCamlAny>>,
    executor: Arc<Executor>,
    _marker: PhantomData<fn(T)>,
}

/// A root of an `a Lwt.t`, where `T` stands for `a`.
type LwtRoot<T> = BoxRoot<OCamlLwt<<T as DefaultOCamlMapping>::OCamlType>>;

impl<T> Resolver<T>
where
    T: DefaultOCamlMapping + ToOCaml<T::OCamlType>,
{
    /// A pending promise, and what settles it.
    ///
    /// The error is a call on a thread that is not that of Lwt's loop.
    pub fn new(rt: &mut OCamlRuntime) -> Result<(LwtRoot<T>, Self), OCamlException> {
        let executor = attached(rt, "Resolver::new")?;
        let pair = ops::pair(rt)?;
        // SAFETY: a new promise is one of any type.
        let promise = unsafe { OCaml::from_raw(pair.promise.raw()) }.root();
        Ok((promise, Resolver { root: Some(pair.resolver), executor, _marker: PhantomData }))
    }

    /// Fulfils the promise, and runs what waits for it.
    ///
    /// A promise that OCaml has cancelled meanwhile stays cancelled. When the value has no counterpart in OCaml, the
    /// promise is rejected with the exception that says so, which is also the error. Other errors are `Failure` on another
    /// thread than the promise's (of Lwt's loop), where it is then rejected with `Bactrian.Dropped`, and an exception that
    /// escaped both a continuation and Lwt's hook.
    pub fn resolve(mut self, rt: &mut OCamlRuntime, value: &T) -> Result<(), OCamlException> {
        self.check_home(rt)?;
        match self.convert(rt, value) {
            Ok(word) => self.fulfil(rt, word),
            Err(exception) => {
                let settled = self.refuse(rt, &exception);
                Err(settled.err().unwrap_or(exception))
            }
        }
    }

    /// Rejects the promise, and runs what waits for it. As for [`resolve`](Resolver::resolve).
    pub fn reject(
        mut self,
        rt: &mut OCamlRuntime,
        error: impl IntoOCamlException,
    ) -> Result<(), OCamlException> {
        self.check_home(rt)?;
        let exception = error.into_ocaml_exception(rt);
        self.refuse(rt, &exception)
    }

    /// Settles the promise from any thread, at the next turn of its domain's loop.
    ///
    /// A value that has no counterpart in OCaml rejects it with the exception that says so.
    pub fn send<E>(mut self, result: Result<T, E>)
    where
        T: Send + 'static,
        E: IntoOCamlException + Send + 'static,
    {
        let executor = Arc::clone(&self.executor);
        let home = Arc::clone(&self.executor);
        executor.send(Message::Job(Box::new(move |rt| {
            let settled = match result {
                Ok(value) => match self.convert(rt, &value) {
                    Ok(word) => self.fulfil(rt, word),
                    Err(exception) => self.refuse(rt, &exception),
                },
                Err(error) => {
                    let exception = error.into_ocaml_exception(rt);
                    self.refuse(rt, &exception)
                }
            };
            if let Err(escaped) = settled {
                home.escape(rt, escaped);
            }
        })));
    }

    /// The word of the value, which is stale after anything that may collect.
    fn convert(&self, rt: &mut OCamlRuntime, value: &T) -> Result<RawOCaml, OCamlException> {
        // SAFETY: the caller makes it an argument before anything collects.
        let converted = catch_unwind(AssertUnwindSafe(|| unsafe { value.to_ocaml(rt).raw() }));
        converted.map_err(|payload| Panicked::caught(payload).into_exception(rt))
    }
}

impl<T> Resolver<T> {
    fn check_home(&self, rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
        if self.executor.is_at_home(rt) {
            return Ok(());
        }
        Err(OCamlException::failure(
            rt,
            "Resolver::resolve or reject was called on another thread than Lwt's main loop, whose promise it is: use \
             Resolver::send there",
        ))
    }

    fn fulfil(&mut self, rt: &mut OCamlRuntime, word: RawOCaml) -> Result<(), OCamlException> {
        match self.root.take() {
            // SAFETY: the word was just made.
            Some(root) => unsafe { Lwt::fulfil(rt, root, word) },
            None => Ok(()),
        }
    }

    fn refuse(
        &mut self,
        rt: &mut OCamlRuntime,
        exception: &OCamlException,
    ) -> Result<(), OCamlException> {
        match self.root.take() {
            Some(root) => Lwt::reject(rt, root, exception),
            None => Ok(()),
        }
    }
}

impl<T> Drop for Resolver<T> {
    fn drop(&mut self) {
        if let Some(root) = self.root.take() {
            let promise = Unsettled { resolver: root, function: "a Resolver", reject: Lwt::reject };
            reject_dropped(&self.executor, promise);
        }
    }
}
