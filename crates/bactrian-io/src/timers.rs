//! The timers that are set, by deadline.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Instant;

/// Names one timer, to [cancel](crate::Reactor::cancel_timer) it. Never used twice by a reactor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerKey {
    deadline: Instant,
    serial: u64,
}

/// Wakers by deadline; those of one instant in the order in which they were set.
#[derive(Default)]
pub(crate) struct Timers {
    serial: u64,
    waiting: BTreeMap<TimerKey, Waker>,
    /// What the timer of the system was last set to; may be earlier than the first deadline,
    /// since a cancelled timer leaves it alone: one early wake-up is cheaper than a system call
    /// for each of the many time-outs that never expire.
    armed: Option<Instant>,
}

impl Timers {
    /// Adds a timer.
    pub(crate) fn set(&mut self, deadline: Instant, waker: Waker) -> TimerKey {
        self.serial += 1;
        let key = TimerKey { deadline, serial: self.serial };
        self.waiting.insert(key, waker);
        key
    }

    /// Takes a timer back. `None`: it has fired, or was cancelled.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<Waker> {
        self.waiting.remove(&key)
    }

    /// Is no timer set, nor that of the system?
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.armed.is_none()
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|(key, _)| key.deadline)
    }

    /// Moves the wakers that are due at `now` to `due`, in the order of their deadlines.
    pub(crate) fn expire(&mut self, now: Instant, due: &mut Vec<Waker>) {
        if self.armed.is_some_and(|armed| armed <= now) {
            self.armed = None;
        }
        while let Some(first) = self.waiting.first_entry() {
            if first.key().deadline > now {
                break;
            }
            due.push(first.remove());
        }
    }

    /// The deadline to which the timer of the system has to be set now, if it has to.
    pub(crate) fn rearm(&mut self) -> Option<Instant> {
        let next = self.next_deadline()?;
        if self.armed.is_some_and(|armed| armed <= next) {
            return None;
        }
        self.armed = Some(next);
        Some(next)
    }
}
