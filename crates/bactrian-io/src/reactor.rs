//! The reactor itself.

use crate::signal::Signal;
use crate::sources::{Interest, Sources, WatchKey};
use crate::sys::{self, Event, Poller};
use crate::timers::{TimerKey, Timers};
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// Readiness, timers and wake-ups behind one wait and one descriptor.
///
/// All methods may be called from any thread, while another thread waits too. Wakers are
/// woken by [`pollf`](Reactor::pollf) on the thread that called it, with no lock held, each once.
pub struct Reactor {
    bell: Arc<Bell>,
    timers: Mutex<Timers>,
    sources: Mutex<Sources>,
    /// The buffer of the wait; and only one thread waits at a time.
    events: Mutex<Vec<Event>>,
}

/// The part that handles share.
struct Bell {
    signal: Signal,
    poller: Poller,
}

/// Rings a [`Reactor`], from any thread. Clones are cheap, and may outlive the reactor.
#[derive(Clone)]
pub struct Handle(Arc<Bell>);

/// What one [`Reactor::pollf`] has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// Somebody called [`Handle::wakeup`]: what was put in an inbox before is there now.
    pub woken: bool,
    /// How many wakers of timers and descriptors were woken.
    pub fired: usize,
}

impl Handle {
    /// Makes the reactor's current or next [`pollf`](Reactor::pollf) return at once, and its
    /// descriptor readable until then.
    ///
    /// Coalesced: however many calls there are between two `pollf`s, one system call is made.
    pub fn wakeup(&self) {
        if self.0.signal.raise() {
            self.0.poller.notify();
        }
    }
}

impl Reactor {
    /// A reactor that waits for nothing yet. Fails when the process is out of descriptors.
    pub fn new() -> io::Result<Self> {
        Ok(Reactor {
            bell: Arc::new(Bell { signal: Signal::new(), poller: Poller::new()? }),
            timers: Mutex::default(),
            sources: Mutex::default(),
            events: Mutex::default(),
        })
    }

    /// The descriptor for a foreign event loop to watch: readable when [`pollf`](Reactor::pollf)
    /// has something to do.
    ///
    /// On systems other than Linux, timers do not make it readable
    /// ([`DESCRIPTOR_KEEPS_TIME`](Reactor::DESCRIPTOR_KEEPS_TIME)): there the foreign loop must also
    /// come back at [`next_deadline`](Reactor::next_deadline).
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.bell.poller.as_fd()
    }

    /// Does a timer that is due make the [descriptor](Reactor::descriptor) readable?
    pub const DESCRIPTOR_KEEPS_TIME: bool = sys::ARMS;

    /// What rings this reactor.
    pub fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.bell))
    }

    /// Waits until something happens or `timeout` has passed (`None`: without limit; zero: not at
    /// all), and wakes all wakers that are due. Returns early when a signal comes.
    ///
    /// Costs one system call. A waker that panics does so alone: the panic hook reports it, and the others are woken.
    pub fn pollf(&self, timeout: Option<Duration>) -> io::Result<Polled> {
        let mut due = Vec::new();
        {
            let mut events = lock(&self.events);
            events.clear();
            self.bell.poller.wait(self.limit(timeout), &mut events)?;
            if !events.is_empty() {
                self.collect_ready(&events, &mut due);
            }
        }
        // Before the caller drains its inbox: a push that comes later rings again.
        let woken = self.bell.signal.clear();
        self.collect_expired(&mut due)?;
        let fired = due.len();
        due.into_iter().for_each(wake);
        Ok(Polled { woken, fired })
    }

    /// When the first timer is due. `None`: none is set.
    pub fn next_deadline(&self) -> Option<Instant> {
        lock(&self.timers).next_deadline()
    }

    /// Has `waker` woken once `deadline` has passed.
    pub fn set_timer(&self, deadline: Instant, waker: Waker) -> io::Result<TimerKey> {
        let mut timers = lock(&self.timers);
        let key = timers.set(deadline, waker);
        self.arm(&mut timers)?;
        Ok(key)
    }

    /// Takes a timer back. `false`: it has fired, or was taken back.
    pub fn cancel_timer(&self, key: TimerKey) -> bool {
        let cancelled = lock(&self.timers).cancel(key);
        // The waker is dropped with no lock held: it may own anything.
        cancelled.is_some()
    }

    /// Has `waker` woken once, when `fd` is ready for `interest`, or is forgotten.
    ///
    /// Being woken is a hint: the waiter tries its operation again. Any number of waiters may
    /// wait for one descriptor. Fails for files that are always ready (`PermissionDenied` for a
    /// regular file on Linux) and for a descriptor that is not open.
    pub fn watch(
        &self,
        fd: BorrowedFd<'_>,
        interest: Interest,
        waker: Waker,
    ) -> io::Result<WatchKey> {
        let mut stale = Vec::new();
        let result = self.register(fd, interest, waker, &mut stale);
        stale.into_iter().for_each(wake);
        result
    }

    fn register(
        &self,
        fd: BorrowedFd<'_>,
        interest: Interest,
        waker: Waker,
        stale: &mut Vec<Waker>,
    ) -> io::Result<WatchKey> {
        let number = fd.as_raw_fd();
        let mut sources = lock(&self.sources);
        if sources.knows(number) {
            let key = sources.add(number, interest, waker.clone());
            match self.rearm(fd, &sources) {
                Ok(()) => return Ok(key),
                // The number belongs to another file than the one that we know, or to none.
                Err(_) => {
                    sources.remove(key);
                    stale.extend(sources.forget(number));
                }
            }
        }
        let key = sources.add(number, interest, waker);
        let registration = sources.registration(number).expect("somebody waits: added above");
        if let Err(error) = self.bell.poller.add(fd, &registration) {
            let _ = sources.forget(number).count();
            return Err(error);
        }
        Ok(key)
    }

    fn rearm(&self, fd: BorrowedFd<'_>, sources: &Sources) -> io::Result<()> {
        match sources.registration(fd.as_raw_fd()) {
            Some(registration) => self.bell.poller.modify(fd, &registration),
            None => Ok(()),
        }
    }

    /// Takes a wait back. `false`: its waker was woken, or it was taken back.
    pub fn unwatch(&self, key: WatchKey) -> bool {
        let removed = lock(&self.sources).remove(key);
        removed.is_some()
    }

    /// Wakes all who wait for `fd`, and forgets it: to be called before it is closed.
    ///
    /// Whoever closes a descriptor without it leaves its waiters asleep until the number
    /// is watched again; they are never woken for another file's sake.
    pub fn forget(&self, fd: BorrowedFd<'_>) {
        let waiters: Vec<_> = {
            let mut sources = lock(&self.sources);
            if !sources.knows(fd.as_raw_fd()) {
                return;
            }
            self.bell.poller.delete(fd);
            sources.forget(fd.as_raw_fd()).collect()
        };
        waiters.into_iter().for_each(wake);
    }

    /// The time to give to the system, where it does not keep our timers.
    fn limit(&self, timeout: Option<Duration>) -> Option<Duration> {
        if Self::DESCRIPTOR_KEEPS_TIME {
            return timeout;
        }
        let left = self.next_deadline().map(|at| at.saturating_duration_since(Instant::now()));
        match (timeout, left) {
            (Some(timeout), Some(left)) => Some(timeout.min(left)),
            (timeout, left) => timeout.or(left),
        }
    }

    fn arm(&self, timers: &mut Timers) -> io::Result<()> {
        match timers.rearm() {
            Some(at) => self.bell.poller.arm(at.saturating_duration_since(Instant::now())),
            None => Ok(()),
        }
    }

    fn collect_expired(&self, due: &mut Vec<Waker>) -> io::Result<()> {
        let mut timers = lock(&self.timers);
        if timers.is_idle() {
            return Ok(());
        }
        timers.expire(Instant::now(), due);
        self.arm(&mut timers)
    }

    fn collect_ready(&self, events: &[Event], due: &mut Vec<Waker>) {
        let mut sources = lock(&self.sources);
        for event in events {
            let fd = sources.ready(event.key, event.readable, event.writable, due);
            // One event disarms a descriptor: go on for those who wait for the other.
            let Some(fd) = fd.filter(|&fd| sources.registration(fd).is_some()) else { continue };
            // SAFETY: used for this one system call; if the descriptor is closed, the call
            // fails, which is handled, and if it is another file's, it fails as well.
            let fd = unsafe { BorrowedFd::borrow_raw(fd) };
            if self.rearm(fd, &sources).is_err() {
                due.extend(sources.forget(fd.as_raw_fd()));
            }
        }
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("descriptor", &self.descriptor()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").finish()
    }
}

/// Wakes, whatever the waker does: it is somebody else's code, and others wait to be woken.
fn wake(waker: Waker) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        // A payload may panic when it is dropped.
        std::mem::forget(payload);
    }
}

/// Nothing that can panic runs under these locks, so poison means nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
