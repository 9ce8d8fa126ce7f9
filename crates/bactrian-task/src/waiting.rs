//! The threads of a domain that wait in OCaml's `await`: one sleeps in the reactor for all, the others are parked.

use crate::sleeper::Sleeper;
use crate::sync::Arc;
use crate::thread::ThreadId;

/// Who sleeps where. Guarded by the domain's lock, which they release to sleep.
pub(crate) struct Waiting {
    parked: Vec<Arc<Sleeper>>,
    poller: Option<Arc<Sleeper>>,
}

/// Where a thread sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Reactor,
    Parked,
}

impl Waiting {
    pub(crate) const fn new() -> Self {
        Waiting { parked: Vec::new(), poller: None }
    }

    /// Gives a thread its place: in the reactor, if it `may` and nobody else is there.
    pub(crate) fn enter(&mut self, sleeper: &Arc<Sleeper>, may: bool) -> Place {
        if may && self.poller.is_none() {
            self.poller = Some(Arc::clone(sleeper));
            Place::Reactor
        } else {
            self.parked.push(Arc::clone(sleeper));
            Place::Parked
        }
    }

    /// The thread is awake, and has the lock again.
    pub(crate) fn leave(&mut self, sleeper: &Arc<Sleeper>, place: Place) {
        match place {
            Place::Reactor => self.poller = None,
            Place::Parked => self.parked.retain(|other| !Arc::ptr_eq(other, sleeper)),
        }
    }

    /// Who sleeps in the reactor.
    pub(crate) fn poller(&self) -> Option<&Arc<Sleeper>> {
        self.poller.as_ref()
    }

    /// A host has come: who sleeps in the reactor is to do so no more.
    pub(crate) fn leave_reactor(&self) {
        if let Some(poller) = &self.poller {
            poller.wake();
        }
    }

    /// A thread waits no more: another one sleeps in the reactor from now on.
    pub(crate) fn pass_on(&self) {
        if self.poller.is_none()
            && let Some(next) = self.parked.first()
        {
            next.wake();
        }
    }

    /// Wakes a thread, if it sleeps.
    pub(crate) fn wake(&self, thread: ThreadId) -> bool {
        let mut asleep = self.poller.iter().chain(&self.parked);
        asleep.find(|sleeper| sleeper.id == thread).map(|sleeper| sleeper.wake()).is_some()
    }
}
