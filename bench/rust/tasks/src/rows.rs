//! What the rows call.

use bactrian::task::{Handle, future, lwt};
use bactrian::*;
use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// Gives way once.
fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Who waits for [`k_wake_all`].
static WAITING: Mutex<Vec<Waker>> = Mutex::new(Vec::new());

/// Waits to be woken. The future is small, and owns nothing.
fn wait() -> impl Future<Output = ()> {
    let mut waits = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut waits, true) {
            return Poll::Ready(());
        }
        WAITING.lock().expect("no panic in here").push(context.waker().clone());
        Poll::Pending
    })
}

#[export(lwt)]
async fn k_wait() {
    wait().await;
}

#[export]
async fn kf_wait() {
    wait().await;
}

/// Wakes them, and gives back what the list took.
#[export]
fn k_wake_all() {
    let waiting = std::mem::take(&mut *WAITING.lock().expect("no panic in here"));
    waiting.into_iter().for_each(Waker::wake);
}

/// Has room for so many of them, so that the list is not counted.
#[export]
fn k_expect(count: usize) {
    WAITING.lock().expect("no panic in here").reserve(count);
}

#[export(lwt)]
async fn k_ready() {}

#[export(lwt)]
async fn k_yield() {
    yield_now().await;
}

#[export(lwt, raise)]
async fn k_await(promise: lwt::Promise<()>) -> Result<(), OCamlException> {
    promise.await
}

#[export(lwt, raise)]
async fn k_call(function: lwt::OCamlAsyncFn<((),), ()>) -> Result<(), OCamlException> {
    function.call(((),)).await
}

#[export(lwt)]
async fn k_spawn() {
    tokio::spawn(async {}).await.expect("it does not panic");
}

/// Calls a closure so many times from a thread of tokio's, which waits for each; the sum of the results.
#[export(lwt)]
async fn k_from_thread(function: OCamlFn<((),), i64>, calls: i64) -> i64 {
    let domain = Handle::current();
    let calling = tokio::task::spawn_blocking(move || {
        let function = Arc::new(function);
        let mut sum = 0;
        for _ in 0..calls {
            let function = Arc::clone(&function);
            sum += domain.run_in_domain(move |rt| function.call(rt, ((),)).unwrap_or(-1));
        }
        sum
    });
    calling.await.unwrap_or(-1)
}

/// How late a timer of 1 ms was at most, again and again for so many seconds.
async fn lateness(seconds: f64) -> f64 {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut late = Duration::ZERO;
    while Instant::now() < end {
        let due = Instant::now() + Duration::from_millis(1);
        tokio::time::sleep_until(due.into()).await;
        late = late.max(due.elapsed());
    }
    late.as_secs_f64()
}

#[export(lwt)]
async fn k_lateness(seconds: f64) -> f64 {
    lateness(seconds).await
}

#[export]
async fn kf_lateness(seconds: f64) -> f64 {
    lateness(seconds).await
}

#[export]
async fn kf_ready() {}

#[export]
async fn kf_yield() {
    yield_now().await;
}

#[export]
async fn kf_spawn() {
    tokio::spawn(async {}).await.expect("it does not panic");
}

#[export(raise)]
async fn kf_await(promise: future::Promise<()>) -> Result<(), OCamlException> {
    promise.await
}

#[export(raise)]
async fn kf_call(function: future::OCamlAsyncFn<((),), ()>) -> Result<(), OCamlException> {
    function.call(((),)).await
}
