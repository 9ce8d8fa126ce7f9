//! The edges of the task layer: other threads, other domains, forks, wakers and promises that misbehave.

use crate::stays::Stays;
use bactrian::task::lwt::{OCamlAsyncFn, OCamlLwt, Promise, Resolver};
use bactrian::task::{Handle, spawn_local, tokio_handle};
use bactrian::*;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// How many [`Stays`] were dropped on another thread than theirs.
static STRAYS: AtomicI64 = AtomicI64::new(0);

#[export]
fn e_strays() -> i64 {
    STRAYS.load(Ordering::SeqCst)
}

/// Waits a moment; says whether what is not `Send` has stayed on its thread.
#[export(lwt)]
async fn e_stays(milliseconds: u64) -> bool {
    let stays = Stays::new(&STRAYS);
    tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
    stays.at_home()
}

/// Looks at a promise once, and gives up. `true`: it was settled.
#[export(lwt)]
async fn e_look(promise: Promise<i64>) -> bool {
    let mut promise = pin!(promise);
    poll_fn(|context| Poll::Ready(promise.as_mut().poll(context).is_ready())).await
}

/// As `e_look`, on a tokio thread.
#[export(lwt)]
async fn e_look_elsewhere(promise: Promise<i64>) -> bool {
    let look = async move {
        let mut promise = pin!(promise);
        poll_fn(|context| Poll::Ready(promise.as_mut().poll(context).is_ready())).await
    };
    tokio::spawn(look).await.expect("it does not panic")
}

/// The domain of the executor of this domain, for those who may have one.
#[export]
fn e_handle(rt: &mut OCamlRuntime) -> usize {
    Handle::of(rt).domain_id()
}

static HANDLE: Mutex<Option<Handle>> = Mutex::new(None);

/// Keeps this domain's handle for [`e_waiting_elsewhere`].
#[export]
fn e_keep_handle(rt: &mut OCamlRuntime) {
    *HANDLE.lock().expect("no panic in here") = Some(Handle::of(rt));
}

#[export]
fn e_waiting_elsewhere(rt: &mut OCamlRuntime) -> usize {
    let handle = HANDLE.lock().expect("no panic in here").clone();
    handle.expect("e_keep_handle was called").waiting_tasks(rt)
}

/// A promise that another thread settles with what OCaml has no number for.
#[export(raise)]
fn e_send_too_large(rt: &mut OCamlRuntime) -> Result<BoxRoot<OCamlLwt<OCamlInt>>, OCamlException> {
    let (promise, resolver) = Resolver::<i64>::new(rt)?;
    tokio_handle().spawn(async move { resolver.send::<String>(Ok(i64::MAX)) });
    Ok(promise)
}

/// The same, settled at once. The error of `resolve` is raised.
#[export(raise)]
fn e_resolve_too_large(
    rt: &mut OCamlRuntime,
    give: OCamlFn<(BoxRoot<OCamlLwt<OCamlInt>>,), ()>,
) -> Result<(), OCamlException> {
    let (promise, resolver) = Resolver::<i64>::new(rt)?;
    give.call(rt, (promise,))?;
    resolver.resolve(rt, &i64::MAX)
}

static RESOLVER: Mutex<Option<Resolver<i64>>> = Mutex::new(None);

/// A promise whose resolver anybody can use, by [`e_resolve_here`].
#[export(raise)]
fn e_shared_resolver(rt: &mut OCamlRuntime) -> Result<BoxRoot<OCamlLwt<OCamlInt>>, OCamlException> {
    let (promise, resolver) = Resolver::<i64>::new(rt)?;
    *RESOLVER.lock().expect("no panic in here") = Some(resolver);
    Ok(promise)
}

#[export(raise)]
fn e_resolve_here(rt: &mut OCamlRuntime, n: i64) -> Result<(), OCamlException> {
    let resolver = RESOLVER.lock().expect("no panic in here").take();
    resolver.expect("e_shared_resolver was called").resolve(rt, &n)
}

static PROMISE: Mutex<Option<Promise<i64>>> = Mutex::new(None);

/// Keeps a promise for [`e_cancel_here`].
#[export]
fn e_keep_promise(promise: Promise<i64>) {
    *PROMISE.lock().expect("no panic in here") = Some(promise);
}

#[export(raise)]
fn e_cancel_here(rt: &mut OCamlRuntime) -> Result<(), OCamlException> {
    let promise = PROMISE.lock().expect("no panic in here").take();
    promise.expect("e_keep_promise was called").cancel(rt)
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("when dropped");
    }
}

/// Panics twice: when it is polled, and when it is dropped.
struct PanicsTwice(#[allow(dead_code)] PanicsWhenDropped);

impl Future for PanicsTwice {
    type Output = i64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<i64> {
        panic!("at line {}", line!());
    }
}

/// Gives up on a task that panicked in its poll and in its destructor: the panic of its poll goes on.
#[export(lwt)]
async fn e_panics_twice() -> i64 {
    spawn_local(PanicsTwice(PanicsWhenDropped))
        .await
        .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic().expect("it panicked")))
}

/// A waker that panics.
struct BadWaker;

impl Wake for BadWaker {
    fn wake(self: Arc<Self>) {
        panic!("a waker panics");
    }
}

/// Waits for a task with a waker that panics, and then in the usual way.
#[export(lwt)]
async fn e_bad_waker() -> i64 {
    let mut join = spawn_local(crate::tasks::yield_now());
    let bad = Waker::from(Arc::new(BadWaker));
    assert!(Pin::new(&mut join).poll(&mut Context::from_waker(&bad)).is_pending());
    crate::tasks::yield_now().await;
    crate::tasks::yield_now().await;
    i64::from(join.is_finished())
}

/// What panics when it is converted.
struct Bad;

// SAFETY: no value is ever made.
unsafe impl ToOCaml<OCamlInt> for Bad {
    fn to_ocaml<'gc>(&self, _: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlInt> {
        panic!("a bad argument");
    }
}

impl DefaultOCamlMapping for Bad {
    type OCamlType = OCamlInt;
    type VecType = OCamlList<OCamlInt>;
}

/// Calls OCaml from a tokio thread with an argument whose conversion panics.
#[export(lwt, raise)]
async fn e_bad_argument(function: OCamlAsyncFn<(Bad,), i64>) -> Result<i64, OCamlException> {
    tokio::spawn(async move { function.call((Bad,)).await }).await.expect("it does not panic")
}
