//! Tasks of a domain of many threads, of which each may poll, and each may end.

use bactrian::task::{self, Handle, JoinHandle, spawn_local};
use bactrian::*;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

/// Makes so many tasks that only one thread may poll, another one than the caller's, and lets that thread go before all of
/// them had a turn: how many are lost?
#[export]
async fn t_lost_with_their_thread(count: i64, signal: i64) -> i64 {
    let caller = thread::current().id();
    while thread::current().id() == caller {
        tokio::task::yield_now().await;
    }
    crate::tasks_futures::f_signal(signal, 0);
    let tasks: Vec<JoinHandle<()>> =
        (0..count).map(|_| spawn_local(tokio::time::sleep(LONG))).collect();
    let mut lost = 0;
    for task in tasks {
        lost += i64::from(matches!(task.await, Err(error) if !error.is_panic()));
    }
    lost
}

/// How many [`Slow`]s were whole to their end.
static WHOLE: AtomicI64 = AtomicI64::new(0);

#[export]
fn t_whole() -> i64 {
    WHOLE.load(Ordering::SeqCst)
}

/// While it is dropped, its own task is woken, and another thread of the domain has its turn.
struct Slow {
    text: String,
    domain: Handle,
    waker: Option<Waker>,
}

impl Drop for Slow {
    fn drop(&mut self) {
        let (domain, waker) = (self.domain.clone(), self.waker.take());
        let (sender, turn) = mpsc::channel();
        task::with_runtime(|rt| {
            rt.releasing_runtime(move || {
                let other = thread::spawn(move || {
                    waker.into_iter().for_each(Waker::wake);
                    // What comes after it was done, the task had its turn.
                    domain.spawn(async move { sender.send(()) })
                });
                drop(other.join());
                turn.recv_timeout(Duration::from_secs(20)).expect("another thread polls");
            });
        });
        WHOLE.fetch_add(i64::from(self.text == "whole"), Ordering::SeqCst);
    }
}

fn slow() -> impl Future<Output = String> + Send + 'static {
    let domain = Handle::current();
    let mut slow = Slow { text: "whole".to_owned(), domain, waker: None };
    poll_fn(move |context| {
        slow.waker = Some(context.waker().clone());
        if slow.text.is_empty() { Poll::Ready(slow.text.clone()) } else { Poll::Pending }
    })
}

/// Never done.
#[export]
async fn t_slow() -> String {
    slow().await
}

/// A task of its own, which is aborted: was it dropped, and not lost in a panic?
#[export]
async fn t_slow_aborted() -> bool {
    let task = Handle::current().spawn(slow());
    // It waits then.
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    task.abort();
    matches!(task.await, Err(error) if !error.is_panic())
}

/// Queues a task, which gives a signal, and calls OCaml at once.
#[export(raise)]
async fn t_queue_and_call(
    signal: i64,
    function: OCamlFn<(i64,), bool>,
) -> Result<bool, OCamlException> {
    drop(Handle::current().spawn(async move { crate::tasks_futures::f_signal(signal, 1) }));
    task::with_runtime(|rt| function.call(rt, (signal,)))
}

/// Waits for a signal, on the one thread that made it.
#[export]
async fn t_bound_wait(signal: i64) -> i64 {
    let stays = Rc::new(());
    let value = crate::tasks_futures::f_wait(signal).await;
    drop(stays);
    value
}

/// The same, and then calls OCaml.
#[export(raise)]
async fn t_bound_and_call(
    signal: i64,
    function: OCamlFn<(i64,), bool>,
) -> Result<bool, OCamlException> {
    let stays = Rc::new(());
    let value = crate::tasks_futures::f_wait(signal).await;
    drop(stays);
    task::with_runtime(|rt| function.call(rt, (value,)))
}

/// A task that is left to its thread, which alone may poll it.
static LEFT: Mutex<Option<JoinHandle<i64>>> = Mutex::new(None);

#[export]
async fn t_leave() {
    let left = spawn_local(async { 1 });
    *LEFT.lock().expect("no panic in here") = Some(left);
}

/// Was it lost?
#[export]
async fn t_left_is_lost() -> bool {
    let left = LEFT.lock().expect("no panic in here").take().expect("`t_leave` was called");
    matches!(left.await, Err(error) if !error.is_panic())
}
