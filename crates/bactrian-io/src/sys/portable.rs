//! Every other system (kqueue, IOCP), through the `polling` crate.

use super::Event;
use crate::sources::Registration;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub(crate) const ARMS: bool = false;

pub(crate) struct Poller {
    poller: polling::Poller,
    events: Mutex<polling::Events>,
}

impl Poller {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Poller { poller: polling::Poller::new()?, events: Mutex::new(polling::Events::new()) })
    }

    pub(crate) fn notify(&self) {
        // What could fail here is a full pipe, which rings as well.
        let _ = self.poller.notify();
    }

    pub(crate) fn add(&self, fd: BorrowedFd<'_>, registration: &Registration) -> io::Result<()> {
        // SAFETY: `polling` asks that a source is deleted before it is closed. The kernel
        // itself forgets a closed file, in epoll and in kqueue alike, and stale events are told
        // by their generation.
        unsafe { self.poller.add(&fd, interest(registration)) }
    }

    pub(crate) fn modify(&self, fd: BorrowedFd<'_>, registration: &Registration) -> io::Result<()> {
        self.poller.modify(fd, interest(registration))
    }

    pub(crate) fn delete(&self, fd: BorrowedFd<'_>) {
        let _ = self.poller.delete(fd);
    }

    pub(crate) fn arm(&self, _delay: Duration) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn wait(
        &self,
        timeout: Option<Duration>,
        events: &mut Vec<Event>,
    ) -> io::Result<()> {
        let mut seen = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clear();
        match self.poller.wait(&mut seen, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            other => other?,
        };
        events.extend(seen.iter().map(|event| Event {
            key: event.key as u64,
            readable: event.readable,
            writable: event.writable,
        }));
        Ok(())
    }
}

impl AsFd for Poller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.poller.as_fd()
    }
}

fn interest(registration: &Registration) -> polling::Event {
    polling::Event::new(registration.key as usize, registration.readable, registration.writable)
}
