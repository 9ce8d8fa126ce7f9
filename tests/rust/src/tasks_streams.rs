//! Streams in direct style, as `Bactrian.Stream.t`, and streams of OCaml that Rust reads.

use crate::counted::Count;
use crate::stays::Stays;
use bactrian::task::future::OCamlStream;
use bactrian::task::stream::Stream;
use bactrian::task::tokio_handle;
use bactrian::*;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc;

/// What streams own.
pub(crate) static GUARDS: Count = Count::new();

#[export]
fn s_drops() -> i64 {
    GUARDS.dropped()
}

/// How many elements were made by [`s_count`] and its like.
static MADE: AtomicI64 = AtomicI64::new(0);

#[export]
fn s_made() -> i64 {
    MADE.load(Ordering::SeqCst)
}

/// The numbers from 1, without waiting.
#[export]
fn s_count(n: i64) -> impl Stream<Item = i64> {
    let guard = GUARDS.one();
    stream::iter(1..=n).inspect(move |_| {
        let _ = &guard;
        MADE.fetch_add(1, Ordering::SeqCst);
    })
}

/// The same, and each comes in a later turn.
#[export]
fn s_yield(n: i64) -> impl Stream<Item = i64> {
    let guard = GUARDS.one();
    stream::iter(1..=n).then(move |n| {
        let _ = &guard;
        async move {
            tokio::task::yield_now().await;
            MADE.fetch_add(1, Ordering::SeqCst);
            n
        }
    })
}

/// The same, some milliseconds later each.
#[export]
fn s_sleep(n: i64, milliseconds: u64) -> impl Stream<Item = i64> {
    let guard = GUARDS.one();
    stream::iter(1..=n).then(move |n| {
        let _ = &guard;
        async move {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            n
        }
    })
}

#[export]
fn s_words(text: String) -> BoxStream<'static, String> {
    let words: Vec<_> = text.split(' ').map(str::to_owned).collect();
    stream::iter(words).boxed()
}

/// A task of tokio's that is spawned where the stream is made.
#[export]
fn s_spawned(n: i64) -> impl Stream<Item = i64> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        for n in 1..=n {
            if sender.send(n).await.is_err() {
                break;
            }
        }
    });
    stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)))
}

/// Each third item is an error.
#[export(raise)]
fn s_refuse(n: i64, later: bool) -> impl Stream<Item = Result<i64, String>> {
    stream::iter(1..=n).then(move |n| async move {
        if later {
            tokio::task::yield_now().await;
        }
        if n % 3 == 0 { Err(format!("{n} is refused")) } else { Ok(n) }
    })
}

/// A `result` each.
#[export]
fn s_results(n: i64) -> impl Stream<Item = Result<i64, String>> {
    stream::iter(1..=n).map(|n| if n % 2 == 0 { Err(n.to_string()) } else { Ok(n) })
}

/// Panics after some elements.
#[export]
fn s_panic(n: i64, later: bool) -> impl Stream<Item = i64> {
    let guard = GUARDS.one();
    stream::iter(1..).then(move |m| {
        let _ = &guard;
        async move {
            if later {
                tokio::task::yield_now().await;
            }
            assert!(m <= n, "no more than {n}");
            m
        }
    })
}

/// The second has no counterpart in OCaml.
#[export]
fn s_too_large() -> impl Stream<Item = i64> {
    stream::iter([1, i64::MAX, 3])
}

/// Nothing will ever wake it.
#[export]
fn s_lost() -> impl Stream<Item = i64> {
    let guard = GUARDS.one();
    stream::once(async move {
        let _ = &guard;
        std::future::pending().await
    })
}

/// Who makes the elements of [`s_fed`].
static FEEDS: Mutex<Option<HashMap<i64, mpsc::UnboundedSender<i64>>>> = Mutex::new(None);

/// Elements that [`s_feed`] gives.
#[export]
fn s_fed(number: i64) -> impl Stream<Item = i64> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut feeds = FEEDS.lock().expect("no panic in here");
    feeds.get_or_insert_default().insert(number, sender);
    let state = (receiver, GUARDS.one());
    stream::unfold(state, async |mut state| Some((state.0.recv().await?, state)))
}

/// `false`: nobody listens.
#[export]
fn s_feed(number: i64, value: i64) -> bool {
    let feeds = FEEDS.lock().expect("no panic in here");
    feeds
        .as_ref()
        .and_then(|feeds| feeds.get(&number))
        .is_some_and(|sender| sender.send(value).is_ok())
}

/// From another thread, at its own pace.
#[export]
fn s_feed_later(number: i64, count: i64) {
    thread::spawn(move || {
        for n in 1..=count {
            if n % 64 == 0 {
                thread::sleep(Duration::from_micros(200));
            }
            s_feed(number, n);
        }
        s_feed_end(number);
    });
}

#[export]
fn s_feed_end(number: i64) {
    let mut feeds = FEEDS.lock().expect("no panic in here");
    feeds.get_or_insert_default().remove(&number);
}

/// How many streams that are not `Send` were polled or dropped on another thread than theirs.
static STRAYS: AtomicI64 = AtomicI64::new(0);

#[export]
fn s_strays() -> i64 {
    STRAYS.load(Ordering::SeqCst)
}

/// It is not `Send`: it stays on its thread, whichever thread asks.
#[export]
fn s_stays(n: i64) -> impl Stream<Item = i64> {
    let stays = Rc::new((Stays::new(&STRAYS), GUARDS.one()));
    stream::iter(1..=n).then(move |n| {
        let stays = Rc::clone(&stays);
        async move {
            stays.0.check();
            tokio::time::sleep(Duration::from_micros(300)).await;
            stays.0.check();
            n
        }
    })
}

/// Its elements are what an OCaml function says, which may do anything with the stream.
#[export(raise)]
fn s_asking(f: OCamlFn<(i64,), i64>, n: i64) -> impl Stream<Item = Result<i64, OCamlException>> {
    let guard = GUARDS.one();
    stream::iter(1..=n).map(move |n| {
        let _ = &guard;
        task::with_runtime(|rt| f.call(rt, (n,)))
    })
}

#[export]
fn s_streams(rt: &mut OCamlRuntime) -> i64 {
    task::Handle::of(rt).open_streams(rt) as i64
}

// Streams of OCaml's.

/// The sum, read here or on a thread of tokio's. An exception is 1000.
pub(crate) async fn sum<S>(mut numbers: S, elsewhere: bool) -> i64
where
    S: Stream<Item = Result<i64, OCamlException>> + Unpin + Send + 'static,
{
    let sum = async move {
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += number.unwrap_or(1000);
        }
        sum
    };
    if elsewhere { tokio_handle().spawn(sum).await.expect("it does not panic") } else { sum.await }
}

#[export]
async fn s_sum(numbers: OCamlStream<i64>, elsewhere: bool) -> i64 {
    sum(numbers, elsewhere).await
}

/// The exception that comes first.
#[export(raise)]
async fn s_first_error(mut numbers: OCamlStream<i64>) -> Result<i64, OCamlException> {
    let mut count = 0;
    while let Some(number) = numbers.next().await {
        number?;
        count += 1;
    }
    Ok(count)
}

/// Some elements; the rest is left.
#[export]
async fn s_take(mut numbers: OCamlStream<i64>, count: i64) -> Vec<i64> {
    let mut taken = Vec::new();
    while (taken.len() as i64) < count {
        match numbers.next().await {
            Some(Ok(number)) => taken.push(number),
            _ => break,
        }
    }
    taken
}

/// All of them, each awaited again and again with a time-out.
#[export]
async fn s_impatient(mut numbers: OCamlStream<i64>, elsewhere: bool) -> Vec<i64> {
    async fn all(numbers: &mut OCamlStream<i64>) -> Vec<i64> {
        let mut taken = Vec::new();
        loop {
            match tokio::time::timeout(Duration::from_micros(300), numbers.next()).await {
                Err(_) => {}
                Ok(Some(Ok(number))) => taken.push(number),
                Ok(_) => return taken,
            }
        }
    }
    if elsewhere {
        tokio_handle().spawn(async move { all(&mut numbers).await }).await.expect("no panic")
    } else {
        all(&mut numbers).await
    }
}

/// A future that is not `Send` and waits for [`s_feed`].
#[export]
async fn s_bound(number: i64) -> i64 {
    let (stays, _guard) = (Stays::new(&STRAYS), GUARDS.one());
    let (sender, mut receiver) = mpsc::unbounded_channel();
    FEEDS.lock().expect("no panic in here").get_or_insert_default().insert(number, sender);
    let value = receiver.recv().await.unwrap_or(-1);
    stays.check();
    value
}
