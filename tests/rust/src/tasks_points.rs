//! A future with an await point of every kind, to be dropped at each of them.

use crate::counted::Count;
use bactrian::task::{self, Handle, JoinHandle, future, lwt, spawn_local};
use bactrian::*;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

const POINTS: i64 = 9;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_micros(100);

/// What the futures own.
static GUARDS: Count = Count::new();

/// The futures under way, by their numbers: the point that each waits at, one that has come to the last that it is to.
static REACHED: Mutex<Vec<(i64, i64)>> = Mutex::new(Vec::new());

fn reached() -> std::sync::MutexGuard<'static, Vec<(i64, i64)>> {
    REACHED.lock().expect("no panic in here")
}

/// A task of the domain that does not outlive who waits for it.
struct Owned(JoinHandle<()>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn time(last: bool) -> Duration {
    if last { LONG } else { SHORT }
}

/// Waits at one point after the other, owning a guard more at each. It does not get past that of number `stop`.
async fn points<P, C>(
    number: i64,
    stop: i64,
    here: Arc<Notify>,
    given: P,
    never: P,
    call: impl FnOnce(bool) -> C,
) -> Result<i64, OCamlException>
where
    P: Future<Output = Result<i64, OCamlException>>,
    C: Future<Output = Result<i64, OCamlException>>,
{
    let (mut given, mut call) = (Some((given, never)), Some(call));
    let mut guards = Vec::new();
    for point in 0..POINTS {
        let last = point == stop;
        guards.push(GUARDS.one());
        if last {
            reached().push((number, point));
            here.notify_one();
        }
        match point {
            // Woken again and again, and never done.
            0 => {
                tokio::task::yield_now().await;
                if last {
                    loop {
                        tokio::task::yield_now().await;
                    }
                }
            }
            1 => tokio::time::sleep(time(last)).await,
            2 => {
                let (sender, receiver) = oneshot::channel::<()>();
                let sender = std::thread::spawn(move || {
                    if !last {
                        let _ = sender.send(());
                        return None;
                    }
                    Some(sender)
                });
                let kept = sender.join().expect("it does not panic");
                let _ = receiver.await;
                drop(kept);
            }
            3 => {
                let task = task::tokio_handle().spawn(tokio::time::sleep(time(last)));
                task.await.expect("it does not panic");
            }
            4 => {
                let mut task = Owned(spawn_local(tokio::time::sleep(time(last))));
                if let Err(error) = (&mut task.0).await {
                    assert!(!error.is_panic(), "it does not panic");
                    // The thread that polled this has ended, and the task with it.
                    tokio::time::sleep(time(last)).await;
                }
            }
            5 => {
                if let Some((given, never)) = given.take() {
                    if last {
                        never.await?
                    } else {
                        given.await?
                    };
                }
            }
            6 => {
                if let Some(call) = call.take() {
                    call(last).await?;
                }
            }
            7 => {
                tokio::join!(tokio::time::sleep(SHORT), tokio::time::sleep(time(last)));
            }
            _ => {
                tokio::select! {
                    () = tokio::time::sleep(LONG) => (),
                    () = tokio::time::sleep(time(last)) => (),
                }
            }
        }
    }
    Ok(guards.len() as i64)
}

/// The same, dropped by Rust when it waits at its last point: by nobody (0), by `select!` (1), by the abort of a task
/// of its own (2).
async fn dropped<F>(way: i64, here: Arc<Notify>, points: F) -> Result<i64, OCamlException>
where
    F: Future<Output = Result<i64, OCamlException>> + Send + 'static,
{
    match way {
        0 => points.await,
        1 => {
            tokio::select! {
                biased;
                result = points => result,
                () = here.notified() => Ok(-1),
            }
        }
        _ => {
            // Any thread of the domain may poll it, since this is the caller's, which need not be the one that polls.
            let task = Handle::current().spawn(points);
            here.notified().await;
            task.abort();
            match task.await {
                Ok(result) => result,
                Err(error) => Ok(if error.is_panic() { -3 } else { -2 }),
            }
        }
    }
}

/// Ends with 9 if `stop` is no point; with a negative number if Rust dropped it.
#[export(raise)]
async fn p_points(
    number: i64,
    stop: i64,
    way: i64,
    promises: (future::Promise<i64>, future::Promise<i64>),
    function: future::OCamlAsyncFn<(bool,), i64>,
) -> Result<i64, OCamlException> {
    let here = Arc::new(Notify::new());
    let call = move |last: bool| async move { function.call((last,)).await };
    let (given, never) = promises;
    dropped(way, Arc::clone(&here), points(number, stop, here, given, never, call)).await
}

#[export(lwt, raise)]
async fn p_points_lwt(
    number: i64,
    stop: i64,
    way: i64,
    promises: (lwt::Promise<i64>, lwt::Promise<i64>),
    function: lwt::OCamlAsyncFn<(bool,), i64>,
) -> Result<i64, OCamlException> {
    let here = Arc::new(Notify::new());
    let call = move |last: bool| async move { function.call((last,)).await };
    let (given, never) = promises;
    dropped(way, Arc::clone(&here), points(number, stop, here, given, never, call)).await
}

/// Has it come to its last point?
#[export]
fn p_reached(number: i64) -> bool {
    let mut reached = reached();
    let place = reached.iter().position(|(other, _)| *other == number);
    place.map(|place| reached.swap_remove(place)).is_some()
}

/// How many guards there have been, of all futures: one that is cancelled may get past its last point, before it is dropped.
#[export]
fn p_guards() -> i64 {
    GUARDS.made()
}

/// How many guards were dropped, of all futures.
#[export]
fn p_drops() -> i64 {
    GUARDS.dropped()
}
