//! How this system waits: the one module that differs from system to system.
//!
//! Each backend has the same items:
//!
//! * `Poller::new`, `notify`, `add`, `modify`, `delete`, `arm` and `wait`;
//! * `ARMS`: does `arm` make the descriptor readable in time? If not, a host that only
//!   watches the descriptor has to keep time itself, with `Reactor::next_deadline`.
//!
//! On Linux we call epoll ourselves. A wake-up and the wait of time zero that takes it, which is
//! what a watched reactor costs at each turn of its host's loop, take 2 system calls and 1.0 µs here;
//! through the `polling` crate, which sets its timer and re-arms its notifier for each
//! wait, they take 6 and 2.6 µs.

#[cfg(all(target_os = "linux", not(feature = "portable")))]
mod epoll;
#[cfg(all(target_os = "linux", not(feature = "portable")))]
pub(crate) use epoll::{ARMS, Poller};

#[cfg(any(not(target_os = "linux"), feature = "portable"))]
mod portable;
#[cfg(any(not(target_os = "linux"), feature = "portable"))]
pub(crate) use portable::{ARMS, Poller};

/// Something that a wait has seen.
pub(crate) struct Event {
    pub(crate) key: u64,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
}
