//! Streams and channels under Lwt, as `Lwt_stream.t`.

use crate::tasks_streams::{GUARDS, sum};
use bactrian::task::channel::{Sender, channel};
use bactrian::task::lwt::OCamlStream;
use bactrian::task::stream::Stream;
use bactrian::*;
use futures_util::{StreamExt, stream};
use std::rc::Rc;
use std::sync::Mutex;
use tokio::sync::mpsc;

/// The numbers from 1, some of which come in a later turn; it is not `Send`.
#[export(lwt)]
fn l_count(n: i64, later: bool) -> impl Stream<Item = i64> {
    let guard = Rc::new(GUARDS.one());
    stream::iter(1..=n).then(move |n| {
        let guard = Rc::clone(&guard);
        async move {
            let _ = &guard;
            if later && n % 3 == 0 {
                tokio::task::yield_now().await;
            }
            n
        }
    })
}

#[export(lwt, raise)]
fn l_refuse(n: i64) -> impl Stream<Item = Result<String, String>> {
    stream::iter(1..=n)
        .map(|n| if n % 3 == 0 { Err(format!("{n} is refused")) } else { Ok(n.to_string()) })
}

#[export(lwt)]
fn l_panic() -> impl Stream<Item = i64> {
    let guard = GUARDS.one();
    stream::iter(1..).map(move |n| {
        let _ = &guard;
        assert!(n < 2, "no more");
        n
    })
}

static FEED: Mutex<Option<mpsc::UnboundedSender<i64>>> = Mutex::new(None);

/// Elements that [`l_feed`] gives.
#[export(lwt)]
fn l_fed() -> impl Stream<Item = i64> {
    let (sender, receiver) = mpsc::unbounded_channel();
    *FEED.lock().expect("no panic in here") = Some(sender);
    stream::unfold((receiver, GUARDS.one()), async |mut state| Some((state.0.recv().await?, state)))
}

/// `None` ends it.
#[export]
fn l_feed(value: Option<i64>) -> bool {
    let mut feed = FEED.lock().expect("no panic in here");
    match value {
        Some(value) => feed.as_ref().is_some_and(|sender| sender.send(value).is_ok()),
        None => feed.take().is_some(),
    }
}

/// The sum of a `Lwt_stream.t`; an exception is 1000.
#[export(lwt)]
async fn l_sum(numbers: OCamlStream<i64>, elsewhere: bool) -> i64 {
    sum(numbers, elsewhere).await
}

/// What OCaml sends comes back, from a thread of tokio's.
#[export(lwt)]
fn l_collect(capacity: usize, take: OCamlFn<(Sender<i64>,), ()>) -> impl Stream<Item = i64> {
    let (sender, mut received) = channel::<i64>(capacity);
    let (back, receiver) = channel::<i64>(capacity);
    tokio::spawn(async move {
        while let Some(Ok(number)) = received.next().await {
            if back.send(number).await.is_err() {
                return;
            }
        }
    });
    task::with_runtime(|rt| take.call(rt, (sender,))).expect("it takes it");
    receiver.map(|received| received.unwrap_or(-1))
}
