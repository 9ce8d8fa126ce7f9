//! Linux: epoll, with an eventfd for wake-ups and a timerfd for deadlines in it.

use super::Event;
use crate::sources::Registration;
use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};
use rustix::io::{Errno, read, write};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

pub(crate) const ARMS: bool = true;

/// The key of the eventfd and the timerfd; no source has it, since no descriptor is -1.
const INTERNAL: u64 = u64::MAX;

const RDHUP: epoll::EventFlags = epoll::EventFlags::RDHUP;

pub(crate) struct Poller {
    epoll: OwnedFd,
    bell: OwnedFd,
    timer: OwnedFd,
}

impl Poller {
    pub(crate) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
        )?;
        // Edge-triggered, so that neither has to be read: the wait that reports one resets it.
        for fd in [&bell, &timer] {
            let data = epoll::EventData::new_u64(INTERNAL);
            epoll::add(&epoll, fd, data, epoll::EventFlags::IN | epoll::EventFlags::ET)?;
        }
        Ok(Poller { epoll, bell, timer })
    }

    /// Makes the current or the next wait return; from any thread.
    pub(crate) fn notify(&self) {
        let one = 1u64.to_ne_bytes();
        // The counter is full after 2^64 - 2 notifications: start again. No other error can
        // come from an eventfd that is open.
        if write(&self.bell, &one) == Err(Errno::AGAIN) {
            let _ = read(&self.bell, &mut [0u8; 8]);
            let _ = write(&self.bell, &one);
        }
    }

    /// Registers `fd` for one event.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, registration: &Registration) -> io::Result<()> {
        let data = epoll::EventData::new_u64(registration.key);
        Ok(epoll::add(&self.epoll, fd, data, flags(registration))?)
    }

    /// Registers `fd` anew. `NotFound`: the file behind it is not registered.
    pub(crate) fn modify(&self, fd: BorrowedFd<'_>, registration: &Registration) -> io::Result<()> {
        let data = epoll::EventData::new_u64(registration.key);
        Ok(epoll::modify(&self.epoll, fd, data, flags(registration))?)
    }

    /// Takes `fd` out, if it is in.
    pub(crate) fn delete(&self, fd: BorrowedFd<'_>) {
        let _ = epoll::delete(&self.epoll, fd);
    }

    /// Makes a wait return after `delay`, instead of the time set before.
    pub(crate) fn arm(&self, delay: Duration) -> io::Result<()> {
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Zero would switch it off.
        let delay = delay.max(Duration::from_nanos(1));
        let time = Itimerspec { it_interval: zero, it_value: timespec(delay) };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &time)?;
        Ok(())
    }

    /// Waits for at most `timeout`, and appends what happened to `events`. What finds no room
    /// is seen by the next wait.
    pub(crate) fn wait(
        &self,
        timeout: Option<Duration>,
        events: &mut Vec<Event>,
    ) -> io::Result<()> {
        let mut room = [const { MaybeUninit::<epoll::Event>::uninit() }; 64];
        let timeout = timeout.map(timespec);
        let (seen, _) = match epoll::wait(&self.epoll, &mut room[..], timeout.as_ref()) {
            // A signal came: the caller looks at it, and waits again if it wants.
            Err(Errno::INTR) => return Ok(()),
            seen => seen?,
        };
        for &epoll::Event { data, flags, .. } in seen.iter() {
            if data.u64() != INTERNAL {
                let end = epoll::EventFlags::HUP | epoll::EventFlags::ERR;
                let readable = epoll::EventFlags::IN | RDHUP | end;
                let writable = epoll::EventFlags::OUT | end;
                events.push(Event {
                    key: data.u64(),
                    readable: flags.intersects(readable),
                    writable: flags.intersects(writable),
                });
            }
        }
        Ok(())
    }
}

impl AsFd for Poller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}

/// Not `PRI`: urgent data stays, and a read does not get it, so its reader would be woken without end.
fn flags(registration: &Registration) -> epoll::EventFlags {
    let mut flags = epoll::EventFlags::ONESHOT;
    if registration.readable {
        flags |= epoll::EventFlags::IN | RDHUP;
    }
    if registration.writable {
        flags |= epoll::EventFlags::OUT;
    }
    flags
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}
