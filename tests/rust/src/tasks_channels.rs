//! Bounded channels between Rust's threads and OCaml.

use bactrian::task::channel::{Receiver, Sender, TryReceiveError, TrySendError, channel};
use bactrian::task::future::OCamlStream;
use bactrian::task::stream::Stream;
use bactrian::task::tokio_handle;
use bactrian::*;
use futures_util::StreamExt;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

/// The receiving ends of [`c_open`].
static RECEIVERS: LazyLock<Mutex<HashMap<i64, Receiver<i64>>>> = LazyLock::new(Mutex::default);

fn take(number: i64) -> Receiver<i64> {
    RECEIVERS.lock().expect("no panic in here").remove(&number).expect("it is open")
}

fn put_back(number: i64, receiver: Receiver<i64>) {
    RECEIVERS.lock().expect("no panic in here").insert(number, receiver);
}

/// OCaml sends; Rust receives when it is told to.
#[export]
fn c_open(number: i64, capacity: usize) -> Sender<i64> {
    let (sender, receiver) = channel(capacity);
    put_back(number, receiver);
    sender
}

#[export(raise)]
async fn c_receive(number: i64) -> Result<Option<i64>, OCamlException> {
    let mut receiver = take(number);
    let received = receiver.receive().await;
    put_back(number, receiver);
    received.transpose()
}

#[export]
fn c_hang_up(number: i64) {
    drop(take(number));
}

/// All that comes, on a thread of tokio's, with a word for how it ended.
#[export(parallel)]
async fn c_collect(number: i64) -> (Vec<i64>, String) {
    let mut receiver = take(number);
    let mut all = Vec::new();
    let ended = loop {
        match receiver.next().await {
            Some(Ok(n)) => all.push(n),
            Some(Err(exception)) => break exception.to_string(),
            None => break "end".to_owned(),
        }
    };
    assert!(receiver.next().await.is_none(), "after the end comes the end");
    (all, ended)
}

/// How many sends of [`c_produce`] are done.
static SENT: AtomicI64 = AtomicI64::new(0);

#[export]
fn c_sent() -> i64 {
    SENT.load(Ordering::SeqCst)
}

/// Workers of tokio's send, each its number and 0, 1 …; OCaml reads.
#[export(raise)]
fn c_produce(
    capacity: usize,
    workers: i64,
    count: i64,
) -> impl Stream<Item = Result<(i64, i64), OCamlException>> {
    let (sender, receiver) = channel(capacity);
    for worker in 0..workers {
        let sender = sender.clone();
        tokio::spawn(async move {
            for n in 0..count {
                if sender.send((worker, n)).await.is_err() {
                    break;
                }
                SENT.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    receiver
}

/// Some elements, and then an error.
#[export(raise)]
fn c_fail(count: i64) -> impl Stream<Item = Result<i64, OCamlException>> {
    let (sender, receiver) = channel(2);
    tokio::spawn(async move {
        for n in 1..=count {
            sender.send(n).await.expect("somebody receives");
        }
        sender.fail("out of numbers");
        assert!(sender.send(0).await.is_err(), "it has failed");
    });
    receiver
}

fn waits<F: Future>(future: Pin<&mut F>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

/// What the documentation of channels says, from Rust alone.
#[export(parallel)]
async fn c_semantics() -> i64 {
    let (sender, mut receiver) = channel::<i64>(2);
    assert!(matches!(receiver.try_receive(), Err(TryReceiveError::Empty)));
    assert!(sender.try_send(1).is_ok());
    assert!(sender.try_send(2).is_ok());
    assert!(matches!(sender.try_send(3), Err(TrySendError::Full(3))));
    // Those who wait come first, in order; one of them gives up.
    let mut third = Box::pin(sender.send(3));
    let mut never = Box::pin(sender.send(-1));
    let mut fourth = Box::pin(sender.send(4));
    assert!(waits(third.as_mut()));
    assert!(waits(never.as_mut()));
    assert!(waits(fourth.as_mut()));
    assert!(matches!(receiver.try_receive(), Ok(Ok(1))));
    assert!(matches!(sender.try_send(9), Err(TrySendError::Full(9))));
    drop(never);
    assert!(matches!(receiver.try_receive(), Ok(Ok(2))));
    assert!(third.await.is_ok());
    assert!(fourth.await.is_ok());
    assert!(matches!(receiver.try_receive(), Ok(Ok(3))));
    // One that was promised a place and goes away leaves it to the next.
    assert!(sender.try_send(5).is_ok());
    let mut first = Box::pin(sender.send(-2));
    let mut second = Box::pin(sender.send(6));
    assert!(waits(first.as_mut()));
    assert!(waits(second.as_mut()));
    assert!(matches!(receiver.try_receive(), Ok(Ok(4))));
    drop(first);
    assert!(second.await.is_ok());
    // Close: what waits is given back, what is there is received.
    let mut late = Box::pin(sender.send(7));
    assert!(waits(late.as_mut()));
    sender.close();
    assert_eq!(late.await.expect_err("closed").0, 7);
    assert_eq!(sender.send(8).await.expect_err("closed").0, 8);
    assert!(matches!(sender.try_send(9), Err(TrySendError::Closed(9))));
    assert!(matches!(receiver.try_receive(), Ok(Ok(5))));
    assert!(matches!(receiver.receive().await, Some(Ok(6))));
    assert!(receiver.receive().await.is_none());
    assert!(matches!(receiver.try_receive(), Err(TryReceiveError::Closed)));
    // The last sender that is dropped closes it.
    let (sender, mut receiver) = channel::<i64>(1);
    let other = sender.clone();
    drop(sender);
    let received = tokio::spawn(async move { receiver.receive().await.is_none() });
    tokio::time::sleep(Duration::from_millis(2)).await;
    drop(other);
    assert!(received.await.expect("it does not panic"));
    // The receiver hangs up.
    let (sender, receiver) = channel::<i64>(1);
    assert!(sender.send(1).await.is_ok());
    let waiting = tokio::spawn({
        let sender = sender.clone();
        async move { sender.send(2).await }
    });
    tokio::time::sleep(Duration::from_millis(2)).await;
    drop(receiver);
    assert!(waiting.await.expect("it does not panic").is_err());
    assert!(sender.is_closed());
    42
}

/// What [`c_mix`] has received, by producer.
static MIXED: LazyLock<Mutex<HashMap<i64, Vec<i64>>>> = LazyLock::new(Mutex::default);

/// A channel for many producers: workers of tokio's, of which this starts some, and OCaml's.
#[export]
fn c_mix(capacity: usize, workers: i64, count: i64) -> Sender<(i64, i64)> {
    MIXED.lock().expect("no panic in here").clear();
    let (sender, mut receiver) = channel(capacity);
    for worker in 0..workers {
        let sender = sender.clone();
        tokio_handle().spawn(async move {
            for n in 0..count {
                if n % 5 == 0 {
                    // Given up, or not.
                    let _ = tokio::time::timeout(Duration::ZERO, tokio::task::yield_now()).await;
                }
                sender.send((worker, n)).await.expect("somebody receives");
            }
        });
    }
    tokio_handle().spawn(async move {
        while let Some(Ok((producer, n))) = receiver.next().await {
            MIXED.lock().expect("no panic in here").entry(producer).or_default().push(n);
            if n % 97 == 0 {
                tokio::time::sleep(Duration::from_micros(50)).await;
            }
        }
        MIXED.lock().expect("no panic in here").insert(-1, Vec::new());
    });
    sender
}

/// What came from this producer.
#[export]
fn c_mixed(producer: i64) -> Option<Vec<i64>> {
    MIXED.lock().expect("no panic in here").get(&producer).cloned()
}

/// From one of OCaml's channels to another thread's, and back through one of Rust's.
#[export(raise)]
fn c_echo(numbers: OCamlStream<i64>) -> impl Stream<Item = Result<i64, OCamlException>> {
    let (sender, receiver) = channel(3);
    tokio::spawn(async move {
        let mut numbers = numbers;
        while let Some(number) = numbers.next().await {
            match number {
                Ok(number) => {
                    if sender.send(number).await.is_err() {
                        return;
                    }
                }
                Err(exception) => return sender.fail(exception),
            }
        }
    });
    receiver
}
