//! What checked mode remembers of every root and region: where it was made, and whether it still is one.

use super::frames::{self, Frame, Site, stop};
use super::rules;
use super::stack::Dead;
use crate::ffi::mlvalues::RawOCaml;
use crate::roots::Slot;
use std::alloc::Layout;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

#[derive(Clone)]
enum Owner {
    /// A region.
    Region(Arc<Frame>),
    /// The call whose argument it is.
    Call(Arc<Frame>),
    /// A `BoxRoot`.
    Boxed,
}

#[derive(Clone)]
pub(super) struct Root {
    made: &'static Site,
    owner: Owner,
    state: State,
    /// The word that it held when it was last looked at, and how many collections there had been.
    word: RawOCaml,
    collections: u64,
}

#[derive(Clone, Copy)]
enum State {
    Live,
    Left,
    Dropped(&'static Site),
}

#[derive(Default)]
pub(super) struct Registry {
    /// By the address of the slot.
    pub(super) roots: BTreeMap<usize, Root>,
    /// Regions and calls, and some of those that were left.
    regions: HashMap<u64, Arc<Frame>>,
    left: VecDeque<u64>,
    /// By the address of the stack.
    pub(super) dead: HashMap<usize, Dead>,
    /// Handles of regions.
    pub(super) handles: VecDeque<(usize, Layout)>,
    /// There are as many as places in the program, so they are never freed.
    sites: HashMap<Site, &'static Site>,
}

/// So many regions that were left are remembered.
const REMEMBERED: usize = 512;

pub(super) const WRITTEN_ONCE: &str =
    "a root is written once, when it is made; only BoxRoot::keep gives one another value";

/// Nothing is called while it is held that could collect or come back here.
pub(super) fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: OnceLock<Mutex<Registry>> = OnceLock::new();
    REGISTRY.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// A region or a call begins.
pub(super) fn entered(frame: Frame) {
    let mut registry = registry();
    registry.regions.insert(frame.id, Arc::new(frame));
    registry.left.push_back(frame.id);
    if registry.left.len() > REMEMBERED {
        let oldest = registry.left.pop_front();
        // One that is still open is found on its thread.
        oldest.and_then(|id| registry.regions.remove(&id));
    }
}

/// A region by the number in its handle.
pub(super) fn region(id: u64) -> Option<Frame> {
    registry().regions.get(&id).map(|region| **region)
}

impl Registry {
    fn intern(&mut self, site: Site) -> &'static Site {
        self.sites.entry(site).or_insert_with(|| Box::leak(Box::new(site)))
    }

    fn insert(&mut self, slot: Slot, made: Site, owner: Owner, word: RawOCaml) {
        let (made, collections) = (self.intern(made), rules::collections());
        let root = Root { made, owner, state: State::Live, word, collections };
        self.roots.insert(slot.as_ptr() as usize, root);
    }

    /// The frame, shared with the other roots in it.
    fn share(&self, frame: Frame) -> Arc<Frame> {
        self.regions.get(&frame.id).cloned().unwrap_or_else(|| Arc::new(frame))
    }

    /// Marks a root of a stack as dead; whether it was live. A word that is not the one that it was made with is an error.
    pub(super) fn leave(&mut self, slot: Slot, remember: bool) -> (bool, Option<String>) {
        let address = slot.as_ptr() as usize;
        let Some(root) = self.roots.get_mut(&address) else { return (false, None) };
        let was_live = matches!(root.state, State::Live);
        root.state = State::Left;
        let written = (was_live && root.was_written(slot)).then(|| root.describe_written());
        if !remember {
            self.roots.remove(&address);
        }
        (was_live, written)
    }
}

/// A root of a region, the innermost.
#[track_caller]
pub(crate) fn made(slot: Slot, word: RawOCaml) {
    let made = frames::current("Region::root");
    if let Some(region) = frames::innermost() {
        let mut registry = registry();
        let owner = Owner::Region(registry.share(region));
        registry.insert(slot, made, owner, word);
    }
}

/// An argument of the innermost call.
pub(crate) fn argument(slot: Slot, word: RawOCaml) {
    if let Some(call) = frames::innermost() {
        let mut registry = registry();
        let owner = Owner::Call(registry.share(call));
        registry.insert(slot, call.site, owner, word);
    }
}

/// A root that is a [`BoxRoot`](crate::BoxRoot).
#[track_caller]
pub(crate) fn boxed(slot: Slot, word: RawOCaml) {
    let made = frames::current("BoxRoot::new");
    registry().insert(slot, made, Owner::Boxed, word);
}

/// A `BoxRoot` is dropped: once.
pub(crate) fn dropped(slot: Slot) {
    let _operation = frames::destructor("BoxRoot::drop");
    let now = frames::current("BoxRoot::drop");
    let mut registry = registry();
    let now = registry.intern(now);
    let before = match registry.roots.get_mut(&(slot.as_ptr() as usize)) {
        Some(root) if matches!(root.state, State::Live) => {
            root.state = State::Dropped(now);
            return;
        }
        before => before.cloned(),
    };
    drop(registry);
    let wrong = match before {
        Some(root) => root.describe(),
        None => "this is no BoxRoot".into(),
    };
    stop(&wrong, "a BoxRoot is dropped once");
}

/// A root is read.
#[track_caller]
pub(crate) fn read(slot: Slot) {
    let _operation = frames::operation("OCamlCell::get_raw");
    rules::lock();
    let wrong = match look(slot) {
        Ok(()) => return,
        Err(wrong) => wrong,
    };
    match wrong {
        Wrong::Unknown if crate::roots::is_root(slot.as_ptr()) => {}
        Wrong::Unknown => stop(
            "it is given the address of a variable that the collector does not know",
            "an OCamlRef points to a root: one of a region, an argument of the call, a BoxRoot",
        ),
        Wrong::Dead(wrong) => stop(
            &format!("it is given a dead root: {wrong}"),
            "a root is used only until its region is left, its call returns, or its BoxRoot is dropped",
        ),
        Wrong::Elsewhere(wrong) => {
            stop(&wrong, "a root of a region is used only by its own thread")
        }
        Wrong::Written(wrong) => stop(&wrong, WRITTEN_ONCE),
    }
}

enum Wrong {
    Unknown,
    Dead(String),
    Elsewhere(String),
    Written(String),
}

fn look(slot: Slot) -> Result<(), Wrong> {
    let mut registry = registry();
    let root = registry.roots.get_mut(&(slot.as_ptr() as usize)).ok_or(Wrong::Unknown)?;
    if !matches!(root.state, State::Live) {
        return Err(Wrong::Dead(root.describe()));
    }
    if let Owner::Region(frame) | Owner::Call(frame) = &root.owner {
        if frame.thread != frames::thread() {
            let whose = if frame.domain == frames::domain() { "thread" } else { "domain" };
            return Err(Wrong::Elsewhere(format!(
                "it is given a root of another {whose}: {}",
                root.describe()
            )));
        }
        if root.was_written(slot) {
            return Err(Wrong::Written(root.describe_written()));
        }
    }
    Ok(())
}

impl Root {
    /// Whether the slot has been written since it was made, as far as can be seen: a collection writes it too.
    fn was_written(&mut self, slot: Slot) -> bool {
        // SAFETY: the slot is that of a live root of this thread, which holds the lock.
        let word = unsafe { *slot.as_ptr() };
        let collections = rules::collections();
        if self.collections == collections {
            return self.word != word;
        }
        (self.word, self.collections) = (word, collections);
        false
    }

    fn describe_written(&self) -> String {
        format!("a root has been written: {}", self.describe())
    }

    /// `made by Region::root at stubs.rs:9, in the region that …`
    fn describe(&self) -> String {
        let made = self.made;
        match (&self.owner, self.state) {
            (Owner::Boxed, State::Dropped(by)) => {
                format!("the BoxRoot made by {made} was dropped by {by}")
            }
            (Owner::Boxed, _) => format!("the BoxRoot made by {made}"),
            (Owner::Call(_), State::Live) => format!("an argument of {made}"),
            (Owner::Call(_), _) => format!("an argument of {made}, which has returned"),
            (Owner::Region(frame), state) => {
                let left = match state {
                    State::Live => "",
                    _ => ", which has been left",
                };
                format!("made by {made}, in {}{left}", frame.describe_region())
            }
        }
    }
}
