//! An engine for Lwt's loop on the reactor of the domain's executor: one wait serves both.
//!
//! The OCaml half is `Bactrian_lwt.Engine`, which keeps the callbacks by number; here are the waits with these
//! numbers. The reactor's waits are for one event each: OCaml asks for the next when a callback has returned and its event
//! was not stopped.

use crate::executor::Executor;
use crate::externals::{UNIT, int, key, raw_key};
use crate::fork;
use crate::slab::{Key, Slab};
use bactrian_io::{Interest, Polled, TimerKey, WatchKey};
use bactrian_runtime::__private::{shim, val_int};
use bactrian_runtime::{OCaml, OCamlException, OCamlFloat, OCamlRuntime, RawOCaml};
use core::task::Waker;
use core::time::Duration;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;
use std::time::Instant;

/// Longer timers fire early and are set again by OCaml's side: no clock of the system counts further.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The numbers of the waits that are over, in the order in which they ended.
#[derive(Default)]
struct Ready(Mutex<Vec<u64>>);

/// One wait; as a waker it notes that it is over.
struct Wait {
    number: u64,
    ready: Arc<Ready>,
}

impl Wake for Wait {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        lock(&self.ready.0).push(self.number);
    }
}

enum Event {
    Descriptor(RawFd, Interest),
    Timer,
}

enum Registration {
    None,
    Descriptor(WatchKey),
    Timer(TimerKey),
}

struct Entry {
    event: Event,
    waker: Waker,
    registration: Registration,
}

/// The waits of Lwt's engine. One in a process, as Lwt has one loop.
struct Engine {
    ready: Arc<Ready>,
    entries: Slab<Entry>,
}

static ENGINE: Mutex<Option<Engine>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    fn new() -> Self {
        Engine { ready: Arc::default(), entries: Slab::new() }
    }

    fn add(&mut self, event: Event) -> Key {
        let ready = Arc::clone(&self.ready);
        let key = self.entries.insert(Entry {
            event,
            waker: Waker::noop().clone(),
            registration: Registration::None,
        });
        if let Some(entry) = self.entries.get_mut(key) {
            entry.waker = Waker::from(Arc::new(Wait { number: key.to_bits(), ready }));
        }
        key
    }

    /// Waits for the next event of a descriptor.
    ///
    /// What the reactor cannot wait for is ready now: a file that never blocks is, and whoever waits for a closed one
    /// tries, and gets the error.
    fn watch(&mut self, executor: &Executor, key: Key) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        let Event::Descriptor(fd, interest) = entry.event else { return };
        // SAFETY: used for system calls only; when it is closed, or another file by now, they fail or report that one,
        // as is so with Lwt's own engines.
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        match executor.reactor().watch(fd, interest, entry.waker.clone()) {
            Ok(watch) => entry.registration = Registration::Descriptor(watch),
            Err(_) => entry.waker.wake_by_ref(),
        }
    }

    fn set_timer(&mut self, executor: &Executor, key: Key, delay: Duration) -> io::Result<()> {
        let Some(entry) = self.entries.get_mut(key) else { return Ok(()) };
        let deadline = Instant::now() + delay.min(LONGEST);
        let timer = executor.reactor().set_timer(deadline, entry.waker.clone())?;
        entry.registration = Registration::Timer(timer);
        Ok(())
    }

    fn remove(&mut self, executor: &Executor, key: Key) {
        match self.entries.remove(key).map(|entry| entry.registration) {
            Some(Registration::Descriptor(watch)) => drop(executor.reactor().unwatch(watch)),
            Some(Registration::Timer(timer)) => drop(executor.reactor().cancel_timer(timer)),
            Some(Registration::None) | None => {}
        }
    }
}

/// Runs `body` with the engine and the executor of this domain. Refused in a forked child, which shares the reactor with
/// its parent.
fn with_engine<R>(
    rt: &mut OCamlRuntime,
    body: impl FnOnce(&mut Engine, &Executor) -> io::Result<R>,
) -> Result<R, OCamlException> {
    if fork::is_child() {
        let message = format!("Bactrian_lwt.Engine was used {}", fork::REFUSAL);
        return Err(OCamlException::failure(rt, &message));
    }
    let executor = Executor::current(rt);
    let result = body(lock(&ENGINE).get_or_insert_with(Engine::new), &executor);
    result.map_err(|error| OCamlException::sys_error(rt, &format!("Bactrian_lwt.Engine: {error}")))
}

/// An argument that is an `int`.
///
/// # Safety
/// `word` must be a live OCaml `float`.
unsafe fn seconds(word: RawOCaml) -> Duration {
    // SAFETY: passed on.
    let seconds: f64 = unsafe { OCaml::<OCamlFloat>::from_raw(word) }.to_rust();
    // What is no time at all (negative, not a number) is none, what is too much is the longest.
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST)
}

/// `descriptor : unit -> int`: of the reactor, which must not wait for itself.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_engine_descriptor(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime("bactrian_lwt_engine_descriptor", |rt: &mut OCamlRuntime| {
            let executor = Executor::current(rt);
            Ok(val_int(i64::from(executor.reactor().descriptor().as_raw_fd())))
        })
    }
}

/// `watch : int -> bool -> int`: waits for a descriptor to be readable, or writable; the wait's number.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_engine_watch(fd: RawOCaml, write: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the words are immediates.
    unsafe {
        shim::call_with_runtime("bactrian_lwt_engine_watch", |rt: &mut OCamlRuntime| {
            let interest = if int(write) == 0 { Interest::Read } else { Interest::Write };
            let key = with_engine(rt, |engine, executor| {
                let key = engine.add(Event::Descriptor(int(fd) as RawFd, interest));
                engine.watch(executor, key);
                Ok(key)
            })?;
            Ok(raw_key(key))
        })
    }
}

/// `timer : float -> int`: waits for so many seconds; the wait's number.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_engine_timer(delay: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word a float, read before anything allocates.
    unsafe {
        let delay = seconds(delay);
        shim::call_with_runtime("bactrian_lwt_engine_timer", |rt: &mut OCamlRuntime| {
            let key = with_engine(rt, |engine, executor| {
                let key = engine.add(Event::Timer);
                engine.set_timer(executor, key, delay)?;
                Ok(key)
            })?;
            Ok(raw_key(key))
        })
    }
}

/// `again : int -> float -> unit`: waits for the next event of a descriptor, or so many seconds more.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_engine_again(number: RawOCaml, delay: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame; the words are an int and a float, read before anything allocates.
    unsafe {
        let delay = seconds(delay);
        shim::call_with_runtime("bactrian_lwt_engine_again", |rt: &mut OCamlRuntime| {
            let Some(key) = key(number) else { return Ok(UNIT) };
            with_engine(rt, |engine, executor| {
                match engine.entries.get_mut(key).map(|entry| &entry.event) {
                    Some(Event::Timer) => engine.set_timer(executor, key, delay)?,
                    Some(Event::Descriptor(..)) => engine.watch(executor, key),
                    None => {}
                }
                Ok(())
            })?;
            Ok(UNIT)
        })
    }
}

/// `stop : int -> unit`: takes a wait back.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_engine_stop(number: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        shim::call_with_runtime("bactrian_lwt_engine_stop", |rt: &mut OCamlRuntime| {
            // A forked child leaves its parent's waits alone.
            if let Some(key) = key(number).filter(|_| !fork::is_child()) {
                with_engine(rt, |engine, executor| {
                    engine.remove(executor, key);
                    Ok(())
                })?;
            }
            Ok(UNIT)
        })
    }
}

/// `poll : bool -> int list`: waits, if told to, with the lock released, until something happens; the numbers of the
/// waits that are over.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_engine_poll(block: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an immediate.
    unsafe {
        shim::call_with_runtime("bactrian_lwt_engine_poll", |rt: &mut OCamlRuntime| {
            let ready = with_engine(rt, |engine, _| Ok(Arc::clone(&engine.ready)))?;
            // What is ready already, as files that never block are, is not waited for.
            let wait = int(block) != 0 && lock(&ready.0).is_empty();
            let executor = Executor::current(rt);
            let polled = if wait {
                rt.releasing_runtime(|| executor.reactor().pollf(None))
            } else if executor.is_watched(rt) {
                // To look would mean to wait for that thread, with the lock held. It was told to leave, and rings then.
                Ok(Polled::default())
            } else {
                executor.reactor().pollf(Some(Duration::ZERO))
            };
            if let Err(error) = polled {
                let message = format!("Bactrian_lwt.Engine: {error}");
                return Err(OCamlException::sys_error(rt, &message));
            }
            let numbers: Vec<i64> =
                mem::take(&mut *lock(&ready.0)).into_iter().map(|number| number as i64).collect();
            Ok(shim::result(rt, numbers))
        })
    }
}
