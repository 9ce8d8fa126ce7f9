//! The interleavings of the wake-up protocol: the inbox, the flag and the bell.
//!
//! The two source files are compiled here once more, over loom's atomics.

mod sync {
    pub use loom::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
}

#[allow(dead_code)]
#[path = "../src/inbox.rs"]
mod inbox;
#[path = "../src/signal.rs"]
mod signal;

use inbox::Inbox;
use loom::sync::{Arc, Notify};
use loom::thread;
use signal::Signal;

struct Loop {
    inbox: Inbox<usize>,
    signal: Signal,
    /// What the eventfd is to the reactor. A lost ring is a deadlock, which loom reports.
    bell: Notify,
}

impl Loop {
    fn new() -> Self {
        Loop { inbox: Inbox::new(), signal: Signal::new(), bell: Notify::new() }
    }

    fn send(&self, value: usize) {
        self.inbox.push(value);
        if self.signal.raise() {
            self.bell.notify();
        }
    }

    fn receive(&self, count: usize) -> Vec<usize> {
        let mut received = Vec::new();
        while received.len() < count {
            self.bell.wait();
            self.signal.clear();
            received.extend(self.inbox.drain());
        }
        received
    }
}

/// Explores the interleavings with up to three preemptions: all, as good as, in a second.
fn model(body: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(body);
}

#[test]
fn no_wakeup_is_lost() {
    model(|| {
        let host = Arc::new(Loop::new());
        let senders: Vec<_> = [1, 2]
            .into_iter()
            .map(|value| {
                let host = Arc::clone(&host);
                thread::spawn(move || host.send(value))
            })
            .collect();
        let mut received = host.receive(2);
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
        for sender in senders {
            sender.join().unwrap();
        }
    });
}

#[test]
fn one_sender_keeps_its_order() {
    model(|| {
        let host = Arc::new(Loop::new());
        let sender = {
            let host = Arc::clone(&host);
            thread::spawn(move || {
                host.send(1);
                host.send(2);
            })
        };
        assert_eq!(host.receive(2), [1, 2]);
        sender.join().unwrap();
    });
}

#[test]
fn what_is_not_drained_is_dropped_once() {
    model(|| {
        let inbox = Arc::new(Inbox::new());
        let value = Arc::new(());
        let sender = {
            let (inbox, value) = (Arc::clone(&inbox), Arc::clone(&value));
            thread::spawn(move || inbox.push(value))
        };
        drop(inbox.drain());
        sender.join().unwrap();
        drop(inbox);
        assert_eq!(Arc::strong_count(&value), 1);
    });
}
