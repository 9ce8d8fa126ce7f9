//! Threads that wait in OCaml's `await`, where no scheduler suspends a fibre instead.

use crate::slab::{Key, Slab};
use crate::thread::ThreadId;
use bactrian_io::Handle as Bell;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

/// A thread that waits for one thing.
pub(crate) struct Sleeper {
    pub(crate) id: ThreadId,
    thread: Thread,
    /// Wakes the reactor of its domain, in case it sleeps there.
    bell: Bell,
    /// It sleeps in the reactor, for all threads of its domain.
    polling: AtomicBool,
    /// What it waits for has happened.
    released: AtomicBool,
}

/// Those that OCaml knows, by their keys.
static SLEEPERS: Mutex<Slab<Arc<Sleeper>>> = Mutex::new(Slab::new());

fn sleepers() -> MutexGuard<'static, Slab<Arc<Sleeper>>> {
    SLEEPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sleeper {
    /// This thread, under a key for [`find`](Sleeper::find).
    pub(crate) fn register(bell: Bell) -> Key {
        let sleeper = Arc::new(Sleeper {
            id: ThreadId::current(),
            thread: std::thread::current(),
            bell,
            polling: AtomicBool::new(false),
            released: AtomicBool::new(false),
        });
        sleepers().insert(sleeper)
    }

    pub(crate) fn find(key: Key) -> Option<Arc<Self>> {
        sleepers().get_mut(key).map(|sleeper| Arc::clone(sleeper))
    }

    pub(crate) fn unregister(key: Key) -> Option<Arc<Self>> {
        sleepers().remove(key)
    }

    /// Ends its wait; from any thread.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
        if self.id != ThreadId::current() {
            self.wake();
        }
    }

    pub(crate) fn is_released(&self) -> bool {
        self.released.load(Ordering::SeqCst)
    }

    /// Has it look at the world.
    pub(crate) fn wake(&self) {
        if self.polling.load(Ordering::SeqCst) {
            self.bell.wakeup();
        } else {
            self.thread.unpark();
        }
    }

    /// Sets whether it is about to sleep in the reactor. Whether it was released is to be asked after that.
    pub(crate) fn set_polling(&self, polling: bool) {
        self.polling.store(polling, Ordering::SeqCst);
    }
}
