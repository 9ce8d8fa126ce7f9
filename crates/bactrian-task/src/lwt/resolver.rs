//! OCaml promises that Rust settles.

use super::export::reject_dropped;
use super::promise::OCamlLwt;
use super::{attached, ops};
use crate::executor::{Executor, Message};
use bactrian_runtime::{
    BoxRoot, DefaultOCamlMapping, IntoOCamlException, OCaml, OCamlAny, OCamlException,
    OCamlRuntime, ToOCaml,
};
use core::marker::PhantomData;
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
    /// The error is a call on a domain that is not Lwt's.
    pub fn new(rt: &mut OCamlRuntime) -> Result<(LwtRoot<T>, Self), OCamlException> {
        let executor = attached(rt, "Resolver::new")?;
        let pair = ops::pair(rt)?;
        // SAFETY: a new promise is one of any type.
        let promise = unsafe { OCaml::from_raw(pair.promise.raw()) }.root();
        Ok((promise, Resolver { root: Some(pair.resolver), executor, _marker: PhantomData }))
    }

    /// Fulfils the promise, and runs what waits for it.
    ///
    /// A promise that OCaml has cancelled meanwhile stays cancelled. The error is an exception that escaped both a
    /// continuation and Lwt's hook.
    ///
    /// # Panics
    /// When the value has no counterpart in OCaml; the promise is rejected then.
    pub fn resolve(mut self, rt: &mut OCamlRuntime, value: &T) -> Result<(), OCamlException> {
        // SAFETY: the word is not touched by anything that collects before it is an argument.
        let word = unsafe { value.to_ocaml(rt).raw() };
        match self.root.take() {
            // SAFETY: as above.
            Some(root) => unsafe { ops::resolve(rt, root, word) },
            None => Ok(()),
        }
    }

    /// Rejects the promise, and runs what waits for it. As for [`resolve`](Resolver::resolve).
    pub fn reject(
        mut self,
        rt: &mut OCamlRuntime,
        error: impl IntoOCamlException,
    ) -> Result<(), OCamlException> {
        let exception = error.into_ocaml_exception(rt);
        match self.root.take() {
            Some(root) => ops::reject(rt, root, &exception),
            None => Ok(()),
        }
    }

    /// Settles the promise from any thread, at the next turn of its domain's loop.
    pub fn send<E>(self, result: Result<T, E>)
    where
        T: Send + 'static,
        E: IntoOCamlException + Send + 'static,
    {
        let executor = Arc::clone(&self.executor);
        let home = Arc::clone(&self.executor);
        executor.send(Message::Job(Box::new(move |rt| {
            let settled = match result {
                Ok(value) => self.resolve(rt, &value),
                Err(error) => self.reject(rt, error),
            };
            if let Err(escaped) = settled {
                home.escape(rt, escaped);
            }
        })));
    }
}

impl<T> Drop for Resolver<T> {
    fn drop(&mut self) {
        if let Some(root) = self.root.take() {
            reject_dropped(&self.executor, root, "a Resolver");
        }
    }
}
