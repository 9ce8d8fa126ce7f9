//! The reactor of Bactrian: one descriptor for wake-ups, timers and readiness.
//!
//! A [`Reactor`] belongs to one event loop. It is waited for with [`Reactor::pollf`], the
//! only wait of the platform, or watched by a foreign event loop through its one
//! [descriptor](Reactor::descriptor), followed by a `pollf` that does not wait. Other threads
//! ring it through a [`Handle`], and hand it work through an [`Inbox`].
//!
//! This crate knows nothing of OCaml, and no thread of its own runs in it.
//!
//! ```
//! use std::time::Duration;
//!
//! let reactor = bactrian_io::Reactor::new()?;
//! let handle = reactor.handle();
//! let worker = std::thread::spawn(move || handle.wakeup());
//! assert!(reactor.pollf(Some(Duration::from_secs(5)))?.woken);
//! # worker.join().unwrap();
//! # Ok::<(), std::io::Error>(())
//! ```

mod inbox;
mod reactor;
mod signal;
mod sources;
mod sync;
mod sys;
mod timers;

pub use inbox::{Drain, Inbox};
pub use reactor::{Handle, Polled, Reactor};
pub use sources::{Interest, WatchKey};
pub use timers::TimerKey;
