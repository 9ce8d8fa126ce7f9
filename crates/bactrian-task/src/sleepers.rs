//! Threads that wait, under keys that OCaml knows.

use crate::slab::{Key, Slab};
use crate::sleeper::Sleeper;
use crate::sync::Bell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// A sleeper for this thread, of the domain of this number, under a key for [`find`].
pub(crate) fn register(domain: usize, bell: Bell) -> SleeperKey {
    let shard = domain % SHARDS;
    let key = lock(shard).insert(Arc::new(Sleeper::here(bell)));
    SleeperKey::new(shard, key)
}

pub(crate) fn find(key: SleeperKey) -> Option<Arc<Sleeper>> {
    let (mut sleepers, key) = key.find();
    sleepers.get_mut(key?).map(|sleeper| Arc::clone(sleeper))
}

pub(crate) fn unregister(key: SleeperKey) -> Option<Arc<Sleeper>> {
    let (mut sleepers, key) = key.find();
    sleepers.remove(key?)
}
