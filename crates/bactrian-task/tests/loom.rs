//! The interleavings of the protocols between threads: the way into an executor and its end, the threads that wait, and
//! how a task is settled.
//!
//! The source files are compiled here once more, over loom's atomics and locks. What each test says without a part of them is in
//! `tests/HAZARDS.md`.

#![allow(dead_code)]

#[path = "../src/gate.rs"]
mod gate;
#[path = "../../bactrian-io/src/inbox.rs"]
mod inbox;
#[path = "../src/settlement.rs"]
mod settlement;
#[path = "../../bactrian-io/src/signal.rs"]
mod signal;
#[path = "../src/slab.rs"]
mod slab;
#[path = "../src/sleeper.rs"]
mod sleeper;
#[path = "../src/waiting.rs"]
mod waiting;

/// Loom's, in place of `src/sync.rs`.
mod sync {
    pub(crate) use super::inbox::Inbox;
    use super::signal::Signal;
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering, fence};
    pub(crate) use loom::sync::{Arc, Mutex, Notify};
    pub(crate) use std::sync::PoisonError;

    loom::thread_local! {
        static TOKEN: Arc<Notify> = Arc::new(Notify::new());
    }

    /// A thread to be unparked. Loom's own would be unparked wherever it is blocked.
    pub(crate) struct Thread(Arc<Notify>);

    impl Thread {
        pub(crate) fn unpark(&self) {
            self.0.notify();
        }
    }

    pub(crate) fn current() -> Thread {
        Thread(TOKEN.with(Arc::clone))
    }

    pub(crate) fn park() {
        current().0.wait();
    }

    /// A reactor and what rings it. A ring that is lost is a deadlock, which loom reports.
    #[derive(Clone)]
    pub(crate) struct Bell(Arc<(Signal, Notify)>);

    impl Bell {
        pub(crate) fn new() -> Self {
            Bell(Arc::new((Signal::new(), Notify::new())))
        }

        pub(crate) fn wakeup(&self) {
            if self.0.0.raise() {
                self.0.1.notify();
            }
        }

        pub(crate) fn pollf(&self) {
            self.0.1.wait();
            self.0.0.clear();
        }
    }
}

/// Loom's, in place of `src/thread.rs`.
mod thread {
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(crate) struct ThreadId(loom::thread::ThreadId);

    impl ThreadId {
        pub(crate) fn current() -> Self {
            ThreadId(loom::thread::current().id())
        }
    }
}

use gate::Gate;
use loom::thread::spawn;
use settlement::Settlement;
use slab::{Key, Slab};
use sleeper::Sleeper;
use std::task::{Poll, Wake, Waker};
use sync::{Arc, AtomicU64, Bell, Mutex, Notify, Ordering};
use waiting::{Place, Waiting};

/// Explores the interleavings with up to so many preemptions.
fn model(preemptions: usize, body: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(body);
}

// The gate.

#[test]
fn a_message_is_taken_or_discarded_once() {
    model(3, || {
        let gate = Arc::new(Gate::new());
        let ends = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let senders: Vec<_> = [0, 1]
            .into_iter()
            .map(|message| {
                let (gate, ends) = (Arc::clone(&gate), Arc::clone(&ends));
                spawn(move || {
                    gate.send(message, |other: usize| {
                        ends[other].fetch_add(1, Ordering::Relaxed);
                    });
                })
            })
            .collect();
        let end = |message: usize| {
            ends[message].fetch_add(1, Ordering::Relaxed);
        };
        if let Some(arrived) = gate.fetch() {
            arrived.for_each(end);
        }
        gate.end().for_each(end);
        for sender in senders {
            sender.join().expect("it does not panic");
        }
        assert!(ends.iter().all(|ends| ends.load(Ordering::Relaxed) == 1));
    });
}

#[test]
fn a_sleeping_reactor_hears_of_each_message() {
    model(2, || {
        let gate = Arc::new(Gate::new());
        let bell = Bell::new();
        let senders: Vec<_> = [1, 2]
            .into_iter()
            .map(|message| {
                let (gate, bell) = (Arc::clone(&gate), bell.clone());
                spawn(move || {
                    if gate.send(message, |_| ()) {
                        bell.wakeup();
                    }
                })
            })
            .collect();
        let mut sum = 0;
        while sum < 3 {
            bell.pollf();
            sum += gate.fetch().into_iter().flatten().sum::<u64>();
        }
        for sender in senders {
            sender.join().expect("it does not panic");
        }
    });
}

// Threads that wait.

/// A domain without a host.
struct Domain {
    lock: Mutex<Waiting>,
    /// Whom to release: what a task does that one of the waiting threads runs.
    gate: Gate<Arc<Sleeper>>,
    bell: Bell,
}

impl Domain {
    fn new() -> Self {
        Domain { lock: Mutex::new(Waiting::new()), gate: Gate::new(), bell: Bell::new() }
    }

    /// The turns of a thread in `await`, as in `src/drive.rs`.
    fn wait(&self, sleeper: &Arc<Sleeper>) {
        let mut waiting = self.lock.lock().expect("nobody panics");
        loop {
            self.gate.fetch().into_iter().flatten().for_each(|other| other.release());
            if sleeper.is_released() {
                return waiting.pass_on();
            }
            let place = waiting.enter(sleeper, true);
            drop(waiting);
            match place {
                Place::Reactor => drop(sleeper.poll(|| self.bell.pollf())),
                Place::Parked => sleeper.park(sync::park),
            }
            waiting = self.lock.lock().expect("nobody panics");
            waiting.leave(sleeper, place);
        }
    }
}

#[test]
fn a_release_is_heard_in_the_reactor() {
    model(4, || {
        let domain = Domain::new();
        let sleeper = Arc::new(Sleeper::here(domain.bell.clone()));
        let other = {
            let sleeper = Arc::clone(&sleeper);
            spawn(move || sleeper.release())
        };
        domain.wait(&sleeper);
        other.join().expect("it does not panic");
    });
}

#[test]
fn a_release_is_heard_by_a_parked_thread() {
    model(4, || {
        let domain = Domain::new();
        let sleeper = Arc::new(Sleeper::here(domain.bell.clone()));
        // Somebody is in the reactor.
        let poller = Arc::new(Sleeper::here(domain.bell.clone()));
        domain.lock.lock().expect("nobody panics").enter(&poller, true);
        let other = {
            let sleeper = Arc::clone(&sleeper);
            spawn(move || sleeper.release())
        };
        domain.wait(&sleeper);
        other.join().expect("it does not panic");
    });
}

#[test]
fn a_parked_thread_takes_over_the_reactor() {
    model(2, || {
        let domain = Arc::new(Domain::new());
        let here = Arc::new(Sleeper::here(domain.bell.clone()));
        let other = {
            let (domain, here) = (Arc::clone(&domain), Arc::clone(&here));
            spawn(move || {
                let there = Arc::new(Sleeper::here(domain.bell.clone()));
                let releaser = {
                    let (domain, there) = (Arc::clone(&domain), Arc::clone(&there));
                    // One is released by another domain; the other one by a task, which whoever is left has to run.
                    spawn(move || {
                        here.release();
                        if domain.gate.send(there, drop) {
                            domain.bell.wakeup();
                        }
                    })
                };
                domain.wait(&there);
                releaser.join().expect("it does not panic");
            })
        };
        domain.wait(&here);
        other.join().expect("it does not panic");
    });
}

// Settlements.

/// Waits for an outcome, as a task does.
struct Awaits(Notify);

impl Wake for Awaits {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.notify();
    }
}

fn block_on<T>(settlement: &Settlement<T>) -> T {
    let awaits = std::sync::Arc::new(Awaits(Notify::new()));
    let waker = Waker::from(std::sync::Arc::clone(&awaits));
    loop {
        if let Poll::Ready(outcome) = settlement.poll(&waker) {
            return outcome;
        }
        awaits.0.wait();
    }
}

fn settle<T>(settlement: &Settlement<T>, outcome: T) -> bool {
    match settlement.settle(outcome) {
        Ok(waker) => {
            waker.into_iter().for_each(Waker::wake);
            true
        }
        Err(_) => false,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Value,
    Dropped,
}

/// What the domain is told.
enum Message {
    /// What the future awaits is there.
    Run,
    Cancel(Key),
}

/// A task of one domain, which waits for `Run`: its first poll, and what comes then.
fn task(
    settlement: &Settlement<Outcome>,
    gate: &Gate<Message>,
    bell: &Bell,
    mut end: impl FnMut(Outcome),
) {
    let mut tasks = Slab::new();
    let key = tasks.insert(());
    settlement.registered(key);
    if settlement.is_aborted() {
        tasks.remove(key);
        end(Outcome::Dropped);
    }
    // The domain goes on, as long as there is a task.
    while tasks.len() > 0 {
        bell.pollf();
        for message in gate.fetch().into_iter().flatten() {
            let (key, outcome) = match message {
                Message::Run => (key, Outcome::Value),
                Message::Cancel(key) => (key, Outcome::Dropped),
            };
            // Whoever takes the task out of the table settles it.
            if tasks.remove(key).is_some() {
                end(outcome);
            }
        }
    }
}

fn abort(settlement: &Settlement<Outcome>, gate: &Gate<Message>, bell: &Bell) {
    if let Some(key) = settlement.abort()
        && gate.send(Message::Cancel(key), drop)
    {
        bell.wakeup();
    }
}

#[test]
fn an_abort_is_heard() {
    model(3, || {
        let settlement = Arc::new(Settlement::new());
        let gate = Arc::new(Gate::new());
        let bell = Bell::new();
        let aborter = {
            let (settlement, gate, bell) =
                (Arc::clone(&settlement), Arc::clone(&gate), bell.clone());
            spawn(move || abort(&settlement, &gate, &bell))
        };
        task(&settlement, &gate, &bell, |outcome| assert!(settle(&settlement, outcome)));
        assert_eq!(block_on(&settlement), Outcome::Dropped);
        aborter.join().expect("it does not panic");
    });
}

#[test]
fn completion_and_abort_settle_once() {
    model(2, || {
        let settlement = Arc::new(Settlement::new());
        let gate = Arc::new(Gate::new());
        let bell = Bell::new();
        let others = [false, true].map(|aborts| {
            let (settlement, gate, bell) =
                (Arc::clone(&settlement), Arc::clone(&gate), bell.clone());
            spawn(move || {
                if aborts {
                    abort(&settlement, &gate, &bell);
                } else if gate.send(Message::Run, drop) {
                    bell.wakeup();
                }
            })
        });
        let mut ends = Vec::new();
        task(&settlement, &gate, &bell, |outcome| {
            assert!(settle(&settlement, outcome));
            ends.push(outcome);
        });
        // The end of the task, when its memory goes, is no second outcome.
        assert!(!settle(&settlement, Outcome::Dropped));
        assert_eq!(ends.len(), 1);
        assert_eq!(block_on(&settlement), ends[0]);
        for other in others {
            other.join().expect("it does not panic");
        }
    });
}

#[test]
fn who_waits_hears_of_the_first_outcome() {
    model(3, || {
        let settlement = Arc::new(Settlement::new());
        let settlers = [1, 2].map(|outcome| {
            let settlement = Arc::clone(&settlement);
            spawn(move || settle(&settlement, outcome))
        });
        let heard = block_on(&settlement);
        let settled = settlers.map(|settler| settler.join().expect("it does not panic"));
        assert_eq!(settled, [heard == 1, heard == 2]);
    });
}
