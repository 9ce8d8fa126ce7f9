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

/// Those of some domains that OCaml knows, by their keys. In cache lines of its own: each wait of each domain comes here.
#[repr(align(128))]
struct Shard(Mutex<Slab<Arc<Sleeper>>>);

/// As many as OCaml has domains by default.
const SHARDS: usize = 128;

static SLEEPERS: [Shard; SHARDS] = [const { Shard(Mutex::new(Slab::new())) }; SHARDS];

/// Where a sleeper's key says in which shard it is: in the upper bits of an index, which no number of threads needs.
const SHARD_SHIFT: u32 = 25;
const SHARD_MASK: u64 = (SHARDS as u64 - 1) << SHARD_SHIFT;

/// The key of a sleeper, which fits an OCaml `int`.
#[derive(Clone, Copy)]
pub(crate) struct SleeperKey(u64);

impl SleeperKey {
    fn new(shard: usize, key: Key) -> Self {
        let bits = key.to_bits();
        assert!(bits & SHARD_MASK == 0, "no system has so many threads");
        SleeperKey(bits | (shard as u64) << SHARD_SHIFT)
    }

    pub(crate) fn to_bits(self) -> u64 {
        self.0
    }

    /// The key of these bits, which may be anything.
    pub(crate) fn from_bits(bits: u64) -> Self {
        SleeperKey(bits)
    }

    /// The part of the table, locked, and the key in it.
    fn find(self) -> (MutexGuard<'static, Slab<Arc<Sleeper>>>, Option<Key>) {
        let shard = ((self.0 & SHARD_MASK) >> SHARD_SHIFT) as usize;
        (lock(shard), Key::from_bits(self.0 & !SHARD_MASK))
    }
}

fn lock(shard: usize) -> MutexGuard<'static, Slab<Arc<Sleeper>>> {
    SLEEPERS[shard].0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sleeper {
    /// This thread, of the domain of this number, under a key for [`find`](Sleeper::find).
    pub(crate) fn register(domain: usize, bell: Bell) -> SleeperKey {
        let sleeper = Arc::new(Sleeper {
            id: ThreadId::current(),
            thread: std::thread::current(),
            bell,
            polling: AtomicBool::new(false),
            released: AtomicBool::new(false),
        });
        let shard = domain % SHARDS;
        let key = lock(shard).insert(sleeper);
        SleeperKey::new(shard, key)
    }

    pub(crate) fn find(key: SleeperKey) -> Option<Arc<Self>> {
        let (mut sleepers, key) = key.find();
        sleepers.get_mut(key?).map(|sleeper| Arc::clone(sleeper))
    }

    pub(crate) fn unregister(key: SleeperKey) -> Option<Arc<Self>> {
        let (mut sleepers, key) = key.find();
        sleepers.remove(key?)
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
