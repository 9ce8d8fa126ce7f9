//! Who waits for which descriptor.

use std::collections::HashMap;
use std::os::fd::RawFd;
use std::task::Waker;

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// A read would not block: data, end of file or an error is there.
    Read,
    /// A write would not block: room or an error is there.
    Write,
}

/// Names one wait, to [take it back](crate::Reactor::unwatch).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchKey {
    fd: RawFd,
    generation: u32,
    serial: u64,
}

struct Waiter {
    serial: u64,
    interest: Interest,
    waker: Waker,
}

/// One open file, as far as the reactor knows it.
struct Source {
    generation: u32,
    waiters: Vec<Waiter>,
}

/// The waits of a reactor, by descriptor.
///
/// A descriptor number says little: it may be closed and given to another file while
/// events of the first are on their way. So each registration with the system carries a
/// *generation*, and an event of another generation than the current one is dropped.
#[derive(Default)]
pub(crate) struct Sources {
    serial: u64,
    generation: u32,
    by_fd: HashMap<RawFd, Source>,
}

/// What the system has to be told after a wait was added.
pub(crate) struct Registration {
    pub(crate) key: u64,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
}

impl Sources {
    /// Is a file registered under this number?
    pub(crate) fn knows(&self, fd: RawFd) -> bool {
        self.by_fd.contains_key(&fd)
    }

    /// Adds a wait, under a new generation if `fd` is not known.
    pub(crate) fn add(&mut self, fd: RawFd, interest: Interest, waker: Waker) -> WatchKey {
        let generation = &mut self.generation;
        let source = self.by_fd.entry(fd).or_insert_with(|| {
            *generation = generation.wrapping_add(1);
            Source { generation: *generation, waiters: Vec::new() }
        });
        self.serial += 1;
        source.waiters.push(Waiter { serial: self.serial, interest, waker });
        WatchKey { fd, generation: source.generation, serial: self.serial }
    }

    /// Takes a wait back. `None`: it was woken, or was taken back.
    pub(crate) fn remove(&mut self, key: WatchKey) -> Option<Waker> {
        let source = self.by_fd.get_mut(&key.fd)?;
        if source.generation != key.generation {
            return None;
        }
        let at = source.waiters.iter().position(|waiter| waiter.serial == key.serial)?;
        Some(source.waiters.remove(at).waker)
    }

    /// Forgets the file, and gives those who waited for it.
    pub(crate) fn forget(&mut self, fd: RawFd) -> impl Iterator<Item = Waker> + use<> {
        let waiters = self.by_fd.remove(&fd).map(|source| source.waiters).unwrap_or_default();
        waiters.into_iter().map(|waiter| waiter.waker)
    }

    /// How `fd` has to be registered for those who wait now. `None`: nobody does.
    pub(crate) fn registration(&self, fd: RawFd) -> Option<Registration> {
        let source = self.by_fd.get(&fd)?;
        let wants = |interest| source.waiters.iter().any(|waiter| waiter.interest == interest);
        let (readable, writable) = (wants(Interest::Read), wants(Interest::Write));
        let key = u64::from(source.generation) << 32 | u64::from(fd as u32);
        (readable || writable).then_some(Registration { key, readable, writable })
    }

    /// Takes those who waited for an event that came under `key`, and says which descriptor
    /// it was about. `None`: the event is of a file that is no longer there.
    pub(crate) fn ready(
        &mut self,
        key: u64,
        readable: bool,
        writable: bool,
        due: &mut Vec<Waker>,
    ) -> Option<RawFd> {
        let (generation, fd) = ((key >> 32) as u32, key as u32 as RawFd);
        let source = self.by_fd.get_mut(&fd)?;
        if source.generation != generation {
            return None;
        }
        source.waiters.retain_mut(|waiter| {
            let fires = match waiter.interest {
                Interest::Read => readable,
                Interest::Write => writable,
            };
            if fires {
                due.push(std::mem::replace(&mut waiter.waker, Waker::noop().clone()));
            }
            !fires
        });
        Some(fd)
    }
}
