//! Asynchronous functions in direct style, as `Bactrian.Future.t`.

use crate::counted::Count;
use crate::stays::Stays;
use bactrian::task::future::{OCamlAsyncFn, Promise};
use bactrian::task::{Handle, spawn_local, tokio_handle};
use bactrian::*;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// What futures own.
static GUARDS: Count = Count::new();

#[export]
fn f_drops() -> i64 {
    GUARDS.dropped()
}

#[export]
async fn f_ready(n: i64) -> i64 {
    n + 1
}

#[export]
async fn f_yield(n: i64) -> i64 {
    for _ in 0..n {
        tokio::task::yield_now().await;
    }
    n
}

#[export]
async fn f_sleep(milliseconds: u64) -> u64 {
    let _guard = GUARDS.one();
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

#[export]
async fn f_greet(name: String) -> String {
    tokio::task::yield_now().await;
    format!("hello {name}")
}

/// Work on tokio whose result is awaited here.
#[export]
async fn f_spawned(n: i64) -> i64 {
    tokio_handle().spawn(async move { 2 * n }).await.expect("it does not panic")
}

#[export(raise)]
async fn f_refuse(message: String, later: bool) -> Result<i64, String> {
    if later {
        tokio::task::yield_now().await;
    }
    Err(message)
}

#[export]
async fn f_result(n: i64) -> Result<i64, String> {
    if n < 0 { Err(format!("{n} is negative")) } else { Ok(n) }
}

#[export]
async fn f_panic(message: String, later: bool) {
    let _guard = GUARDS.one();
    if later {
        tokio::task::yield_now().await;
    }
    panic!("{message}");
}

#[export]
async fn f_too_large(later: bool) -> i64 {
    if later {
        tokio::task::yield_now().await;
    }
    i64::MAX
}

/// Nothing will ever wake it.
#[export]
async fn f_lost() -> i64 {
    let _guard = GUARDS.one();
    std::future::pending().await
}

/// Who waits for [`f_signal`].
static WAITING: Mutex<Vec<(i64, oneshot::Sender<i64>)>> = Mutex::new(Vec::new());

fn waiting() -> std::sync::MutexGuard<'static, Vec<(i64, oneshot::Sender<i64>)>> {
    WAITING.lock().expect("no panic in here")
}

/// Waits for a signal.
#[export]
pub(crate) async fn f_wait(number: i64) -> i64 {
    let _guard = GUARDS.one();
    let (sender, receiver) = oneshot::channel();
    waiting().push((number, sender));
    receiver.await.unwrap_or(-1)
}

/// Wakes who waits for this number; was there anybody?
#[export]
pub(crate) fn f_signal(number: i64, value: i64) -> bool {
    let mut waiting = waiting();
    let Some(place) = waiting.iter().position(|(other, _)| *other == number) else { return false };
    let (_, sender) = waiting.swap_remove(place);
    drop(waiting);
    sender.send(value).is_ok()
}

/// The same from another thread, after some milliseconds.
#[export]
fn f_signal_later(number: i64, value: i64, milliseconds: u64) {
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(milliseconds));
        f_signal(number, value)
    });
}

/// How many futures that are not `Send` were polled or dropped on another thread than theirs.
static STRAYS: AtomicI64 = AtomicI64::new(0);

#[export]
fn f_strays() -> i64 {
    STRAYS.load(Ordering::SeqCst)
}

/// Its future is not `Send`: it stays on its thread, whichever thread wakes it.
#[export]
async fn f_stays(times: i64) -> i64 {
    let stays = Stays::new(&STRAYS);
    for n in 0..times {
        if n % 2 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        } else {
            tokio::task::yield_now().await;
        }
        stays.check();
    }
    times
}

/// A task of this thread, made in the first poll of a future that is `Send`.
#[export]
async fn f_local_task(n: i64) -> i64 {
    spawn_local(async move { n }).await.expect("it does not panic")
}

/// Tasks of the domain, made by a task.
#[export]
async fn f_tasks(count: i64) -> i64 {
    let stays = Rc::new(());
    let tasks: Vec<_> = (0..count)
        .map(|n| {
            let stays = Rc::clone(&stays);
            spawn_local(async move {
                tokio::task::yield_now().await;
                drop(stays);
                n
            })
        })
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("it does not panic");
    }
    sum
}

/// The thread on which a parallel function runs is not the domain's.
#[export(parallel)]
async fn f_parallel(n: i64) -> bool {
    let before = thread::current().name().map(str::to_owned);
    tokio::time::sleep(Duration::from_millis(n as u64)).await;
    before.is_some_and(|name| name == "bactrian-tokio")
}

#[export(parallel)]
async fn f_parallel_sum(n: i64) -> i64 {
    (0..n).sum()
}

#[export(parallel, raise)]
async fn f_parallel_refuse(message: String) -> Result<i64, String> {
    Err(message)
}

#[export(parallel)]
async fn f_parallel_panic(message: String) {
    let _guard = GUARDS.one();
    tokio::task::yield_now().await;
    panic!("{message}");
}

/// How often [`f_parallel_wait`] has begun.
static STARTED: AtomicI64 = AtomicI64::new(0);

#[export]
fn f_started() -> i64 {
    STARTED.load(Ordering::SeqCst)
}

#[export(parallel)]
async fn f_parallel_wait(milliseconds: u64) -> u64 {
    let _guard = GUARDS.one();
    STARTED.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

/// Calls OCaml in a task of its own, which another thread gives to this domain.
#[export]
async fn f_called_back(function: OCamlFn<(i64,), i64>, n: i64) -> i64 {
    let handle = Handle::current();
    let call = async move {
        bactrian::task::with_runtime(|rt| function.call(rt, (n,)).expect("it does not raise"))
    };
    tokio_handle()
        .spawn(async move { handle.spawn(call).await })
        .await
        .expect("tokio runs")
        .expect("it does not panic")
}

/// Runs a function on this domain, from a thread that is none of its.
#[export]
async fn f_run_in_domain(function: OCamlFn<(i64,), i64>, n: i64) -> i64 {
    let handle = Handle::current();
    tokio_handle()
        .spawn_blocking(move || {
            handle.run_in_domain(move |rt| function.call(rt, (n,)).expect("it does not raise"))
        })
        .await
        .expect("it does not panic")
}

/// How many tasks of this domain wait.
#[export]
fn f_waiting(rt: &mut OCamlRuntime) -> usize {
    Handle::of(rt).waiting_tasks(rt)
}

/// Awaits a future of OCaml's, in a task of the domain or on tokio.
#[export(raise)]
async fn f_await(future: Promise<i64>, elsewhere: bool) -> Result<i64, OCamlException> {
    if elsewhere {
        tokio_handle().spawn(future).await.expect("it does not panic")
    } else {
        future.await
    }
}

/// Cancels a future of OCaml's.
#[export(raise)]
fn f_cancel(rt: &mut OCamlRuntime, future: Promise<i64>) -> Result<(), OCamlException> {
    future.cancel(rt)
}

/// Calls a function that may wait, from a task of the domain or from tokio.
#[export(raise)]
async fn f_call(
    function: OCamlAsyncFn<(i64,), i64>,
    n: i64,
    elsewhere: bool,
) -> Result<i64, OCamlException> {
    if elsewhere {
        let call = async move { function.call((n,)).await };
        tokio_handle().spawn(call).await.expect("it does not panic")
    } else {
        function.call((n,)).await
    }
}

/// As many calls at once.
#[export(parallel, raise)]
async fn f_call_many(
    function: OCamlAsyncFn<(String, i64), i64>,
    count: i64,
) -> Result<i64, OCamlException> {
    let calls: Vec<_> = (0..count)
        .map(|n| {
            let function = function.clone();
            tokio::spawn(async move { function.call((format!("{n}"), n)).await })
        })
        .collect();
    let mut sum = 0;
    for call in calls {
        sum += call.await.expect("it does not panic")?;
    }
    Ok(sum)
}
