//! What checked mode remembers: every region and every root, where it was made and where it ended.

use crate::frame::{Frame, Site};
use bactrian_runtime::c::{CMark, CThread, FREED};
use bactrian_runtime::ffi::mlvalues::UNIT;
use core::cell::Cell;
use core::ops::Range;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{ThreadId, current};

/// A region, or a re-acquired section.
pub struct Region {
    pub thread: ThreadId,
    /// `the region that f at stubs.c:12 entered`
    pub name: String,
    pub left: OnceLock<Site>,
}

/// A root made by `rcaml_root`.
#[derive(Clone)]
pub struct Root {
    pub made: Site,
    pub region: Arc<Region>,
}

#[derive(Default)]
struct Registry {
    roots: HashMap<usize, Root>,
    /// Regions by the address of their frame; those that were left stay until the address is used again.
    regions: HashMap<usize, Arc<Region>>,
    globals: HashMap<usize, Site>,
    live: usize,
}

fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: OnceLock<Mutex<Registry>> = OnceLock::new();
    REGISTRY.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// The memory of these slots may become anything: a variable that is there next is no dead root.
fn freed(slots: Range<usize>) {
    registry().roots.retain(|slot, _| !slots.contains(slot));
}

/// Slots of regions that were left are not used again at once, so that a stale pointer meets a dead root.
const QUARANTINE: usize = 256;

thread_local! {
    /// From where on every slot is dead, up to the top of the stack.
    static DEAD_FROM: Cell<Option<CMark>> = const { Cell::new(None) };
}

/// A region begins.
pub fn entered(frame: &Frame) {
    let mut registry = registry();
    let region = Region { thread: current().id(), name: frame.describe(), left: OnceLock::new() };
    registry.live += 1;
    registry.regions.insert(core::ptr::from_ref(frame) as usize, Arc::new(region));
}

/// The mark for a region that begins now: below the dead slots on top, so that leaving it frees them too.
pub fn mark_of_entry() -> CMark {
    let stack = &CThread::current().stack;
    let now = stack.mark();
    match DEAD_FROM.get() {
        Some(mark) if stack.reaches(mark) => mark,
        _ => now,
    }
}

/// A region ends.
pub fn left(frame: &Frame, site: Site) {
    let mut registry = registry();
    if let Some(region) = registry.regions.get(&(core::ptr::from_ref(frame) as usize))
        && region.left.set(site).is_ok()
    {
        registry.live -= 1;
    }
}

/// Empties the slots above the mark. They are used again only when there are many.
pub fn retire(mark: CMark) {
    let stack = &CThread::current().stack;
    let mut count = 0;
    stack.above(mark, |slot| {
        // SAFETY: a slot of this thread's stack; nobody uses it any more.
        unsafe { slot.as_ptr().write(UNIT) };
        count += 1;
    });
    if count > QUARANTINE {
        stack.leave(mark);
        DEAD_FROM.set(None);
    } else {
        DEAD_FROM.set(Some(mark));
    }
}

pub fn root_made(slot: usize, made: Site, frame: &Frame) {
    DEAD_FROM.set(None);
    FREED.get_or_init(|| freed);
    let mut registry = registry();
    let address = core::ptr::from_ref(frame) as usize;
    let region = match registry.regions.get(&address) {
        Some(region) if region.left.get().is_none() => region.clone(),
        _ => Arc::new(Region {
            thread: current().id(),
            name: frame.describe(),
            left: OnceLock::new(),
        }),
    };
    registry.roots.insert(slot, Root { made, region });
}

pub fn root(slot: usize) -> Option<Root> {
    registry().roots.get(&slot).cloned()
}

pub fn region(frame: *const Frame) -> Option<Arc<Region>> {
    registry().regions.get(&(frame as usize)).cloned()
}

/// Whether another thread has a live region.
pub fn live_elsewhere() -> bool {
    live_on_another_thread().is_some()
}

pub fn live_on_another_thread() -> Option<String> {
    let registry = registry();
    if registry.live == 0 {
        return None;
    }
    let here = current().id();
    registry
        .regions
        .values()
        .find(|region| region.thread != here && region.left.get().is_none())
        .map(|region| region.name.clone())
}

/// Registers a global root; where it was registered before, if it was.
pub fn global_registered(root: usize, site: Site) -> Option<Site> {
    registry().globals.insert(root, site)
}

pub fn global_removed(root: usize) -> Option<Site> {
    registry().globals.remove(&root)
}

pub fn is_global(root: usize) -> bool {
    registry().globals.contains_key(&root)
}
