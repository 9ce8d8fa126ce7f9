//! Futures and promises across the border.

use crate::counted::Count;
use bactrian::task::lwt::{OCamlAsyncFn, OCamlLwt, Promise, Resolver};
use bactrian::task::{Handle, JoinError, spawn_local, tokio_handle, with_runtime};
use bactrian::*;
use std::cell::Cell;
use std::collections::HashMap;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What futures own.
static GUARDS: Count = Count::new();

/// How many guards were dropped.
#[export]
fn a_drops() -> i64 {
    GUARDS.dropped()
}

/// Gives way once: wakes itself and waits.
pub(crate) fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

#[export(lwt)]
async fn a_noop() {}

#[export(lwt)]
async fn a_ready(n: i64) -> i64 {
    n + 1
}

#[export(lwt)]
async fn a_greet(name: String) -> String {
    format!("hello {name}")
}

#[export(lwt)]
async fn a_yield(times: i64) -> i64 {
    for _ in 0..times {
        yield_now().await;
    }
    times
}

#[export(lwt)]
async fn a_sleep(milliseconds: u64) -> u64 {
    let _guard = GUARDS.one();
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

#[export(lwt)]
async fn a_spawn_join(n: i64) -> i64 {
    tokio::spawn(async move { n * 2 }).await.unwrap_or(-1)
}

#[export(lwt)]
async fn a_channel(count: i64) -> i64 {
    let (sender, mut receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        for n in 0..count {
            if sender.send(n).await.is_err() {
                break;
            }
        }
    });
    let mut sum = 0;
    while let Some(n) = receiver.recv().await {
        sum += n;
    }
    sum
}

#[export(lwt, raise)]
async fn a_await(promise: Promise<i64>) -> Result<i64, OCamlException> {
    Ok(promise.await? + 1)
}

/// Awaits a promise on a tokio thread.
#[export(lwt, raise)]
async fn a_await_elsewhere(promise: Promise<i64>) -> Result<i64, OCamlException> {
    tokio::spawn(promise).await.expect("it does not panic")
}

/// Waits for the promise, but not long.
#[export(lwt, raise)]
async fn a_await_timeout(promise: Promise<i64>, milliseconds: u64) -> Result<i64, OCamlException> {
    match tokio::time::timeout(Duration::from_millis(milliseconds), promise).await {
        Ok(result) => result,
        Err(_) => Ok(-1),
    }
}

#[export(lwt, raise)]
async fn a_call(function: OCamlAsyncFn<(i64,), i64>, n: i64) -> Result<i64, OCamlException> {
    function.call((n,)).await
}

#[export(lwt, raise)]
async fn a_call_two(
    function: OCamlAsyncFn<(String, i64), String>,
    n: i64,
) -> Result<String, OCamlException> {
    function.call(("x".repeat(n as usize), n)).await
}

#[export(lwt, raise)]
async fn a_call_from_worker(
    function: OCamlAsyncFn<(i64,), i64>,
    n: i64,
) -> Result<i64, OCamlException> {
    tokio::spawn(async move { function.call((n,)).await }).await.expect("it does not panic")
}

/// Many calls from many tokio tasks; the sum of what they return.
#[export(lwt, raise)]
async fn a_call_from_workers(
    function: OCamlAsyncFn<(i64,), i64>,
    count: i64,
) -> Result<i64, OCamlException> {
    let calls: Vec<_> = (0..count)
        .map(|n| {
            let function = function.clone();
            tokio::spawn(async move { function.call((n,)).await })
        })
        .collect();
    let mut sum = 0;
    for call in calls {
        sum += call.await.expect("it does not panic")?;
    }
    Ok(sum)
}

/// Errors of the tests, as an exception that OCaml defines.
#[derive(OCamlException)]
#[ocaml(exception = "tasks.Refused")]
struct Refused(String, i64);

#[export(lwt, raise)]
async fn a_refuse(reason: String, code: i64, later: bool) -> Result<i64, Refused> {
    if later {
        yield_now().await;
    }
    Err(Refused(reason, code))
}

#[export(lwt)]
async fn a_result(n: i64) -> Result<i64, String> {
    yield_now().await;
    if n >= 0 { Ok(n) } else { Err(format!("{n} is negative")) }
}

#[export(lwt)]
async fn a_panic(message: String, later: bool) {
    let _guard = GUARDS.one();
    if later {
        yield_now().await;
    }
    panic!("{message}");
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[export(lwt)]
async fn a_panic_in_drop(milliseconds: u64) -> i64 {
    let _guard = PanicsWhenDropped;
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    1
}

#[export(lwt)]
async fn a_too_large(later: bool) -> i64 {
    if later {
        yield_now().await;
    }
    i64::MAX
}

/// Waits for what nobody will ever say.
#[export(lwt)]
async fn a_pending() -> i64 {
    let _guard = GUARDS.one();
    pending().await
}

static SIGNALS: Mutex<Option<HashMap<i64, oneshot::Sender<i64>>>> = Mutex::new(None);

/// Waits for `a_signal` with the same number.
#[export(lwt)]
async fn a_wait(id: i64) -> i64 {
    let _guard = GUARDS.one();
    let (sender, receiver) = oneshot::channel();
    SIGNALS.lock().expect("no panic in here").get_or_insert_default().insert(id, sender);
    receiver.await.unwrap_or(-1)
}

/// Wakes an `a_wait`, from this thread.
#[export]
fn a_signal(id: i64, value: i64) -> bool {
    let sender = SIGNALS.lock().expect("no panic in here").get_or_insert_default().remove(&id);
    sender.is_some_and(|sender| sender.send(value).is_ok())
}

/// A task of Rust's own, with what is not `Send` in it.
#[export(lwt)]
async fn a_spawn_local(n: i64) -> i64 {
    let count = Rc::new(Cell::new(0));
    let tasks: Vec<_> = (0..n)
        .map(|_| {
            let count = Rc::clone(&count);
            spawn_local(async move {
                yield_now().await;
                count.set(count.get() + 1);
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it does not panic");
    }
    count.get()
}

/// How tasks end otherwise: panicked, aborted while they wait, aborted before they start, out of reach.
#[export(lwt)]
async fn a_join_errors() -> Vec<String> {
    let describe = |result: Result<(), JoinError>| match result {
        Ok(()) => "finished".to_owned(),
        Err(error) => error.to_string(),
    };
    let panicked = describe(spawn_local(async { panic!("oh") }).await);
    let waiting = spawn_local(tokio::time::sleep(Duration::from_secs(3600)));
    yield_now().await;
    waiting.abort();
    let waiting = describe(waiting.await);
    let new = spawn_local(async {});
    new.abort();
    let new = describe(new.await);
    let lost = describe(spawn_local(pending()).await);
    let elsewhere = Handle::current();
    let elsewhere = tokio::spawn(async move {
        let join = elsewhere.spawn(tokio::time::sleep(Duration::from_secs(3600)));
        tokio::time::sleep(Duration::from_millis(5)).await;
        join.abort();
        join.await
    });
    let elsewhere = describe(elsewhere.await.expect("it does not panic"));
    vec![panicked, waiting, new, lost, elsewhere]
}

/// Calls a function of OCaml in the middle of a task.
#[export(lwt, raise)]
async fn a_callback(function: OCamlFn<(i64,), i64>, n: i64) -> Result<i64, OCamlException> {
    yield_now().await;
    let once = with_runtime(|rt| function.call(rt, (n,)))?;
    yield_now().await;
    with_runtime(|rt| function.call(rt, (once,)))
}

/// `with_runtime` where it must not be.
#[export(lwt)]
async fn a_nested_runtime() -> i64 {
    with_runtime(|_| with_runtime(|_| 1))
}

#[export]
fn a_runtime_outside() -> i64 {
    with_runtime(|_| 1)
}

/// A promise that a tokio thread settles: `Failure` if `fail`.
#[export(raise)]
fn a_resolver(
    rt: &mut OCamlRuntime,
    milliseconds: u64,
    fail: bool,
) -> Result<BoxRoot<OCamlLwt<OCamlInt>>, OCamlException> {
    let (promise, resolver) = Resolver::<i64>::new(rt)?;
    tokio_handle().spawn(async move {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        resolver.send(if fail { Err("refused") } else { Ok(42) });
    });
    Ok(promise)
}

/// A promise that is forgotten, by this thread or another.
#[export(raise)]
fn a_resolver_dropped(
    rt: &mut OCamlRuntime,
    elsewhere: bool,
) -> Result<BoxRoot<OCamlLwt<OCamlInt>>, OCamlException> {
    let (promise, resolver) = Resolver::<i64>::new(rt)?;
    if elsewhere {
        tokio_handle().spawn(async move { drop(resolver) });
    }
    Ok(promise)
}

/// A promise that is settled at once, and one whose continuations run inside this call.
#[export(raise)]
fn a_resolver_now(
    rt: &mut OCamlRuntime,
    give: OCamlFn<(BoxRoot<OCamlLwt<OCamlInt>>,), ()>,
    n: i64,
) -> Result<(), OCamlException> {
    let (promise, resolver) = Resolver::<i64>::new(rt)?;
    give.call(rt, (promise,))?;
    resolver.resolve(rt, &n)
}

/// A task that a plain function starts; it reports to OCaml.
#[export]
fn a_start(rt: &mut OCamlRuntime, report: OCamlFn<(i64,), ()>, n: i64) {
    Handle::of(rt).spawn(async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        with_runtime(|rt| report.call(rt, (n,))).expect("it does not raise");
    });
}

/// A synchronous call of OCaml from a thread that is not OCaml's.
#[export(lwt)]
async fn a_run_in_domain(function: OCamlFn<(i64,), i64>, n: i64) -> i64 {
    let handle = Handle::current();
    let call = move || handle.run_in_domain(move |rt| function.call(rt, (n,)).unwrap_or(-1));
    tokio::task::spawn_blocking(call).await.unwrap_or(-2)
}

#[export]
fn a_waiting(rt: &mut OCamlRuntime) -> usize {
    Handle::of(rt).waiting_tasks(rt)
}

/// A future that is woken many times while it waits, from another thread.
struct Bothered {
    sleep: Pin<Box<tokio::time::Sleep>>,
}

impl Future for Bothered {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        tokio::spawn(async move { waker.wake() });
        self.sleep.as_mut().poll(context)
    }
}

#[export(lwt)]
async fn a_bothered(milliseconds: u64) {
    Bothered { sleep: Box::pin(tokio::time::sleep(Duration::from_millis(milliseconds))) }.await;
}
