//! Rust values that OCaml owns: how they are borrowed, compared, written, closed and dropped.

use bactrian::*;
use std::cell::Cell;
use std::cmp::Ordering as Order;
use std::hash::{Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

/// How many values were made and dropped.
static MADE: AtomicI64 = AtomicI64::new(0);
static DROPPED: AtomicI64 = AtomicI64::new(0);

/// Counts itself.
pub struct Tracked;

impl Tracked {
    fn new() -> Self {
        MADE.fetch_add(1, Ordering::Relaxed);
        Tracked
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

#[export]
fn o_made() -> i64 {
    MADE.load(Ordering::Relaxed)
}

#[export]
fn o_dropped() -> i64 {
    DROPPED.load(Ordering::Relaxed)
}

/// With all operations, and methods.
#[derive(Custom, Debug, PartialEq, PartialOrd, Hash)]
#[ocaml(name = "counter", compare, hash, show, marshal = "tests.counter")]
pub struct Counter {
    count: i64,
}

impl Marshal for Counter {
    fn to_bytes(&self) -> Vec<u8> {
        self.count.to_le_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let count = bytes.try_into().map_err(|_| format!("{} bytes, not 8", bytes.len()))?;
        Ok(Counter { count: i64::from_le_bytes(count) })
    }
}

#[export]
impl Counter {
    pub fn new(start: i64) -> Self {
        Counter { count: start }
    }

    pub fn get(&self) -> i64 {
        self.count
    }

    pub fn incr(&mut self, by: i64) -> i64 {
        self.count += by;
        self.count
    }

    /// Consumes the value.
    pub fn finish(self) -> i64 {
        self.count
    }

    /// Adds what OCaml says, which may use the counter itself.
    #[export(raise)]
    pub fn add_by(
        &mut self,
        rt: &mut OCamlRuntime,
        f: OCamlFn<(i64,), i64>,
    ) -> Result<i64, OCamlException> {
        let more = f.call(rt, (self.count,))?;
        self.count += more;
        Ok(self.count)
    }

    /// Calls OCaml, which may use the counter itself, with a shared borrow.
    #[export(raise)]
    pub fn look(
        &self,
        rt: &mut OCamlRuntime,
        f: OCamlFn<(i64,), i64>,
    ) -> Result<i64, OCamlException> {
        f.call(rt, (self.count,))
    }

    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
    }

    pub fn same(&self, other: &Counter) -> bool {
        core::ptr::eq(self, other) && self.only_rust() == other.only_rust()
    }

    #[export(raise)]
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Counter { count: text.parse().map_err(|_| format!("{text:?} is no count"))? })
    }

    pub fn try_parse(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }

    pub fn positive(count: i64) -> Option<Self> {
        (count > 0).then_some(Counter { count })
    }

    pub fn up_to(n: i64) -> Vec<Self> {
        (0..n).map(Self::new).collect()
    }

    #[export(name = "o_counter_renamed")]
    pub fn six(&mut self, a: i64, b: i64, c: i64, d: i64, e: i64) -> i64 {
        self.incr(a + b + c + d + e)
    }

    pub fn panics(&mut self) -> i64 {
        self.count += 1;
        panic!("in a method")
    }

    /// A handle that is kept, changed on another thread and dropped there.
    #[export(raise)]
    pub fn on_thread(
        rt: &mut OCamlRuntime,
        counter: DynBox<Counter>,
        by: i64,
    ) -> Result<i64, BorrowError> {
        let joined = rt.releasing_runtime(move || {
            std::thread::spawn(move || counter.borrow_mut().map(|mut counter| counter.incr(by)))
                .join()
        });
        joined.expect("the thread does not panic")
    }

    #[export(skip)]
    pub fn only_rust(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.count as u64)
    }
}

#[export]
fn o_sum(counters: Vec<DynBox<Counter>>) -> i64 {
    counters.iter().map(|counter| counter.borrow().map_or(-1000, |counter| counter.count)).sum()
}

#[export]
fn o_typed<'gc>(rt: &'gc mut OCamlRuntime, counter: OCamlRef<'_, Counter>) -> OCaml<'gc, Counter> {
    let handle = rt.get(counter).handle().expect("a counter");
    handle.borrow_mut().expect("nobody else").count += 1;
    handle.to_ocaml(rt)
}

#[export(lwt)]
async fn o_async(counter: DynBox<Counter>, by: i64) -> i64 {
    counter.borrow_mut().map_or(-1, |mut counter| counter.incr(by))
}

#[export(lwt)]
async fn o_async_new(start: i64) -> Counter {
    tokio::task::yield_now().await;
    Counter { count: start }
}

/// A type without a derive.
#[export]
fn o_text_new(text: String) -> DynBox<String> {
    DynBox::new(text)
}

#[export(raise)]
fn o_text_push(text: DynBox<String>, more: &str) -> Result<(), BorrowError> {
    text.borrow_mut()?.push_str(more);
    Ok(())
}

#[export(raise)]
fn o_text_get(
    rt: &OCamlRuntime,
    text: OCamlRef<'_, DynBox<String>>,
) -> Result<String, ConversionError> {
    Ok(rt.get(text).borrow()?.clone())
}

#[export]
fn o_box_value(rt: &mut OCamlRuntime, text: String) -> OCaml<'_, DynBox<String>> {
    OCaml::box_value(rt, text)
}

/// `Send` and not `Sync`: only exclusive borrows.
#[derive(Custom)]
pub struct Local {
    cell: Cell<i64>,
}

#[export]
impl Local {
    pub fn new(n: i64) -> Self {
        Local { cell: Cell::new(n) }
    }

    pub fn bump(&mut self) -> i64 {
        self.cell.set(self.cell.get() + 1);
        self.cell.get()
    }
}

/// Generic, with more than eight bytes of alignment.
#[derive(Custom, PartialEq, PartialOrd)]
#[ocaml(compare)]
#[repr(align(64))]
pub struct Aligned<T>(T);

#[export]
fn o_aligned_new(x: f64) -> Aligned<f64> {
    Aligned(x)
}

#[export]
fn o_aligned_get(this: &Aligned<f64>) -> f64 {
    assert_eq!(core::ptr::from_ref(this).addr() % 64, 0);
    this.0
}

/// Counts its drop, and holds memory.
#[derive(Custom)]
#[ocaml(heap_size = "Large::bytes")]
pub struct Large {
    bytes: Vec<u8>,
    _tracked: Tracked,
}

impl Large {
    fn bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

#[export]
impl Large {
    pub fn new(size: i64) -> Self {
        Large { bytes: vec![1; size as usize], _tracked: Tracked::new() }
    }

    pub fn length(&self) -> i64 {
        self.bytes.len() as i64
    }
}

#[export]
fn o_tracked() -> DynBox<Tracked> {
    DynBox::new(Tracked::new())
}

/// Keeps a handle in Rust, and lets go of it on another thread.
static KEPT: Mutex<Vec<DynBox<Tracked>>> = Mutex::new(Vec::new());

#[export]
fn o_keep(tracked: DynBox<Tracked>) {
    KEPT.lock().expect("not poisoned").push(tracked);
}

#[export]
fn o_drop_kept_on_thread() {
    let kept = core::mem::take(&mut *KEPT.lock().expect("not poisoned"));
    std::thread::spawn(move || drop(kept)).join().expect("the thread does not panic");
}

/// Misbehaves as it is told to.
#[derive(Custom)]
#[ocaml(
    name = "unruly",
    compare = "Unruly::compare",
    hash = "Unruly::hash",
    show = "Unruly::show",
    marshal = "tests.unruly"
)]
pub struct Unruly {
    what: String,
    _tracked: Tracked,
}

impl Unruly {
    fn maybe(&self, what: &str) {
        assert!(self.what != what, "no {what} here");
    }

    fn compare(&self, other: &Self) -> Option<Order> {
        self.maybe("compare");
        (self.what != "nan").then(|| self.what.cmp(&other.what))
    }

    fn hash(&self) -> u64 {
        self.maybe("hash");
        let mut hasher = std::hash::DefaultHasher::new();
        Hash::hash(&self.what, &mut hasher);
        hasher.finish()
    }

    fn show(&self) -> String {
        self.maybe("show");
        self.what.clone()
    }
}

impl Marshal for Unruly {
    fn to_bytes(&self) -> Vec<u8> {
        self.maybe("write");
        self.what.clone().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let what = String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())?;
        assert!(what != "read", "no reading here");
        if what == "refuse" {
            return Err("refused".to_owned());
        }
        Ok(Unruly { what, _tracked: Tracked::new() })
    }
}

impl Drop for Unruly {
    fn drop(&mut self) {
        self.maybe("drop");
    }
}

#[export]
impl Unruly {
    pub fn new(what: String) -> Self {
        Unruly { what, _tracked: Tracked::new() }
    }

    /// Calls OCaml while the value is borrowed exclusively.
    #[export(raise)]
    pub fn hold(
        &mut self,
        rt: &mut OCamlRuntime,
        f: OCamlFn<((),), ()>,
    ) -> Result<(), OCamlException> {
        f.call(rt, ((),))
    }
}

/// Never told of by anybody before it is read.
#[derive(Custom)]
#[ocaml(marshal = "tests.late")]
pub struct Late(Vec<u8>);

impl Marshal for Late {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        Ok(Late(bytes.to_vec()))
    }
}

#[export]
fn o_late_new(size: i64) -> Late {
    Late(vec![7; size as usize])
}

#[export]
fn o_late_size(late: &Late) -> i64 {
    late.0.len() as i64
}

#[export]
fn o_late_register() {
    register::<Late>();
}

static SHARED: Mutex<i64> = Mutex::new(0);

/// Wants a lock when it is dropped.
#[derive(Custom)]
pub struct Locking(Tracked);

impl Drop for Locking {
    fn drop(&mut self) {
        *SHARED.lock().expect("not poisoned") += 1;
    }
}

#[export]
fn o_locking() -> Locking {
    Locking(Tracked::new())
}

/// Holds that lock while it allocates so much that OCaml collects, and the values above die.
#[export]
fn o_allocate_locked(rt: &mut OCamlRuntime, count: i64) -> i64 {
    let shared = SHARED.lock().expect("not poisoned");
    let before = *shared;
    for _ in 0..count {
        let _ = OCaml::box_value(rt, Locking(Tracked::new()));
    }
    *shared - before
}

ocaml! {
    fn from_drop(n: OCamlInt) -> () = "test.from_drop";
}

/// Calls OCaml when it is dropped.
#[derive(Custom)]
pub struct Calling(i64);

impl Drop for Calling {
    fn drop(&mut self) {
        OCamlRuntime::with_domain_lock(|rt| {
            let n: BoxRoot<OCamlInt> = self.0.to_boxroot(rt);
            from_drop(rt, &n);
        });
    }
}

#[export]
fn o_calling(n: i64) -> Calling {
    Calling(n)
}

/// Waits, when it is dropped, for a thread that wants OCaml.
#[derive(Custom)]
pub struct Joining(Option<JoinHandle<()>>, std::sync::mpsc::Sender<()>, Tracked);

impl Drop for Joining {
    fn drop(&mut self) {
        self.1.send(()).expect("the thread waits");
        self.0.take().expect("there once").join().expect("the thread does not panic");
    }
}

#[export]
fn o_joining() -> Joining {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        receiver.recv().expect("it is dropped once");
        OCamlRuntime::with_domain_lock(|rt| {
            let n: BoxRoot<OCamlInt> = 1i64.to_boxroot(rt);
            from_drop(rt, &n);
        });
    });
    Joining(Some(thread), sender, Tracked::new())
}

/// Sleeps without the lock, so that others collect for this domain.
#[export]
fn o_sleep(rt: &mut OCamlRuntime, milliseconds: i64) {
    rt.releasing_runtime(|| {
        std::thread::sleep(std::time::Duration::from_millis(milliseconds as u64));
    });
}

/// Makes values that nobody wants, from Rust alone.
#[export]
fn o_waste(rt: &mut OCamlRuntime, count: i64) -> i64 {
    for _ in 0..count {
        let _ = OCaml::box_value(rt, Tracked::new());
    }
    rt.drop_unreachable() as i64
}

/// Changes a counter on many threads at once.
#[export]
fn o_race(rt: &mut OCamlRuntime, counter: DynBox<Counter>, threads: i64, times: i64) -> i64 {
    rt.releasing_runtime(move || {
        let refused = AtomicI64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..times {
                        match counter.borrow_mut() {
                            Ok(mut counter) => counter.count += 1,
                            Err(_) => {
                                refused.fetch_add(1, Ordering::Relaxed);
                            }
                        }
                    }
                });
            }
        });
        refused.into_inner()
    })
}
