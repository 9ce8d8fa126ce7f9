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
    pub entered: Site,
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
    /// Regions by the address of their `region_t`, sections by that of their frame; those that were left stay until the
    /// address is used again.
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

/// Tells what a thread that ends has left open, so that no other is told to wait for it.
struct AtEnd;

impl Drop for AtEnd {
    fn drop(&mut self) {
        let here = current().id();
        let mut registry = registry();
        let open: Vec<_> =
            registry.regions.values().filter(|r| r.thread == here).cloned().collect();
        let end = Site { function: "the end of its thread", file: "", line: 0 };
        for region in open {
            registry.live -= usize::from(region.left.set(end).is_ok());
        }
    }
}

thread_local! {
    static AT_END: AtEnd = const { AtEnd };
}

impl Region {
    fn new(frame: &Frame) -> Self {
        let (thread, name) = (current().id(), frame.describe());
        Self { thread, name, entered: frame.site, left: OnceLock::new() }
    }
}

fn key(frame: &Frame) -> usize {
    if frame.region == 0 { core::ptr::from_ref(frame) as usize } else { frame.region }
}

/// A region begins.
pub fn entered(frame: &Frame) {
    // What comes after the destructors of this thread goes unnoticed.
    let _ = AT_END.try_with(|_| ());
    let mut registry = registry();
    registry.live += 1;
    let before = registry.regions.insert(key(frame), Arc::new(Region::new(frame)));
    registry.live -= usize::from(before.is_some_and(|region| region.left.get().is_none()));
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
    if let Some(region) = registry.regions.get(&key(frame))
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
    let region = match registry.regions.get(&key(frame)) {
        Some(region) if region.left.get().is_none() => region.clone(),
        _ => Arc::new(Region::new(frame)),
    };
    registry.roots.insert(slot, Root { made, region });
}

pub fn root(slot: usize) -> Option<Root> {
    registry().roots.get(&slot).cloned()
}

/// A region by the address of its `region_t`.
pub fn region(address: usize) -> Option<Arc<Region>> {
    registry().regions.get(&address).cloned()
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
