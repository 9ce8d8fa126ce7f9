//! What the stress program calls: whatever is made is counted, and so is every drop.

use crate::counted::{Count, Counted};
use bactrian::*;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Something to drop, whichever way it leaves.
static COUNT: Count = Count::new();

/// An OCaml string that Rust keeps, with what it should be.
struct Kept {
    number: i64,
    text: BoxRoot<String>,
    _counted: Counted,
}

/// What is kept. Nothing allocates on the OCaml heap while this is locked: a collection waits for every domain, and
/// one that waits for this lock would never come.
static SHELF: Mutex<VecDeque<Kept>> = Mutex::new(VecDeque::new());

const SHELF_SIZE: usize = 1000;

/// A thread without the lock that drops what it is sent.
struct Dropper {
    sender: Sender<Box<dyn Send>>,
    thread: JoinHandle<()>,
}

static DROPPER: Mutex<Option<Dropper>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn drop_elsewhere(what: Box<dyn Send>) {
    let mut dropper = lock(&DROPPER);
    let dropper = dropper.get_or_insert_with(|| {
        let (sender, receiver): (_, Receiver<Box<dyn Send>>) = channel();
        Dropper { sender, thread: std::thread::spawn(move || receiver.iter().for_each(drop)) }
    });
    dropper.sender.send(what).expect("the thread ends after the sender is gone");
}

/// Keeps a string; the oldest on a full shelf is dropped by a thread that holds no lock.
#[export]
fn s_keep(number: i64, text: BoxRoot<String>) {
    let kept = Kept { number, text, _counted: COUNT.one() };
    let oldest = {
        let mut shelf = lock(&SHELF);
        shelf.push_back(kept);
        if shelf.len() > SHELF_SIZE { shelf.pop_front() } else { None }
    };
    if let Some(oldest) = oldest {
        drop_elsewhere(Box::new(oldest));
    }
}

/// Takes back a string that any domain may have kept.
#[export]
fn s_take_back(rt: &mut OCamlRuntime) -> Option<(i64, String)> {
    let kept = lock(&SHELF).pop_back()?;
    Some((kept.number, kept.text.to_rust(rt)))
}

/// Calls a function to a depth, through OCaml each time.
#[export(raise)]
fn s_apply(
    rt: &mut OCamlRuntime,
    f: OCamlRef<OCamlFn<(i64,), i64>>,
    n: i64,
) -> Result<i64, OCamlException> {
    let _counted = COUNT.one();
    f.call(rt, (n,))
}

/// As `s_apply`, without a `Result`: an exception unwinds.
#[export]
fn s_apply_or_unwind(rt: &mut OCamlRuntime, f: OCamlRef<OCamlFn<(i64,), i64>>, n: i64) -> i64 {
    let _counted = COUNT.one();
    match f.call(rt, (n,)) {
        Ok(result) => result,
        Err(exception) => std::panic::resume_unwind(Box::new(exception)),
    }
}

#[export]
fn s_panics(n: i64) -> i64 {
    let _counted = COUNT.one();
    assert!(n % 2 == 0, "odd: {n}");
    n / 2
}

#[export(raise)]
fn s_error(n: i64) -> Result<i64, String> {
    let _counted = COUNT.one();
    if n % 2 == 0 { Ok(n / 2) } else { Err(format!("odd: {n}")) }
}

/// Calls a function on a thread of its own, which takes the lock of domain 0; an exception is -1.
#[export]
fn s_on_a_thread(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, n: i64) -> i64 {
    let counted = COUNT.one();
    rt.releasing_runtime(|| {
        let thread = std::thread::spawn(move || {
            let _counted = counted;
            OCamlRuntime::with_domain_lock(|rt| f.call(rt, (n,)).unwrap_or(-1))
        });
        thread.join().unwrap_or(-2)
    })
}

/// The lock released and taken again around a panic.
#[export]
fn s_released_panic(rt: &mut OCamlRuntime, n: i64) -> i64 {
    let _counted = COUNT.one();
    rt.releasing_runtime(|| {
        let _counted = COUNT.one();
        assert!(n % 2 == 0, "odd: {n}");
        n / 2
    })
}

/// `(n, (n - 1, (… (0, ()))))` as a list of pairs, over regions and sub-regions.
#[export]
fn s_regions<'r>(
    r: &mut Region<'r>,
    value: OCamlRef<'r, String>,
    n: usize,
) -> OCamlRef<'r, OCamlList<(OCamlInt, String)>> {
    let _counted = COUNT.one();
    let mut list = r.nil();
    for i in 0..n {
        list = r.sub(|inner| {
            let number = inner.root::<OCamlInt, i64>(&(i as i64));
            let again = inner.keep(value);
            let pair = inner.pair(number, again);
            inner.cons(pair, list)
        });
    }
    list
}

/// A value that OCaml owns, and lets go of at any time.
#[derive(Custom)]
#[ocaml(name = "stress.tally")]
pub struct Tally {
    sum: i64,
    _counted: Counted,
}

/// Handles that Rust keeps of them.
static TALLIES: Mutex<VecDeque<DynBox<Tally>>> = Mutex::new(VecDeque::new());

#[export(prefix = "s_tally_")]
impl Tally {
    pub fn new(sum: i64) -> Self {
        Self { sum, _counted: COUNT.one() }
    }

    pub fn get(&self) -> i64 {
        self.sum
    }

    /// Borrowed while OCaml runs, which may collect, raise, and let another thread come.
    #[export(raise)]
    pub fn add_by(
        &mut self,
        rt: &mut OCamlRuntime,
        f: OCamlFn<(i64,), i64>,
    ) -> Result<i64, OCamlException> {
        self.sum += f.call(rt, (self.sum,))?;
        Ok(self.sum)
    }

    /// Keeps a handle; the oldest is dropped by a thread that holds no lock, perhaps the last one.
    pub fn keep(tally: DynBox<Tally>) {
        let oldest = {
            let mut tallies = lock(&TALLIES);
            tallies.push_back(tally);
            if tallies.len() > SHELF_SIZE { tallies.pop_front() } else { None }
        };
        if let Some(oldest) = oldest {
            drop_elsewhere(Box::new(oldest));
        }
    }

    /// A handle that any domain may have kept.
    pub fn kept() -> Option<DynBox<Tally>> {
        lock(&TALLIES).pop_back()
    }
}

/// A closure that counts its calls, and whose captures are counted.
#[export]
fn s_closure(start: i64) -> RustFn<(i64,), i64> {
    let (mut sum, counted) = (start, COUNT.one());
    RustFn::new_mut(move |_, (by,): (i64,)| {
        let _counted = &counted;
        sum += by;
        sum
    })
}

/// Calls an OCaml function, which Rust lends to it as one of its own.
#[export]
fn s_lend(f: OCamlFn<(i64,), i64>) -> RustFn<(i64,), Raise<i64, OCamlException>> {
    let counted = COUNT.one();
    RustFn::new(move |rt, (n,): (i64,)| {
        let _counted = &counted;
        Raise(f.call(rt, (n,)))
    })
}

/// Made and dropped, after what is on the shelf was dropped and the thread that drops has ended.
#[export]
fn s_counts(rt: &mut OCamlRuntime) -> (i64, i64) {
    let shelf = std::mem::take(&mut *lock(&SHELF));
    let tallies = std::mem::take(&mut *lock(&TALLIES));
    rt.releasing_runtime(|| {
        drop((shelf, tallies));
        let dropper = lock(&DROPPER).take();
        if let Some(Dropper { sender, thread }) = dropper {
            drop(sender);
            thread.join().expect("dropping does not panic");
        }
    });
    (COUNT.made(), COUNT.dropped())
}
