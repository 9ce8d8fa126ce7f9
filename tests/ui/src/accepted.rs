//! The closest that one may write to what `cases/` says one may not.

use bactrian::*;

/// Borrowed arguments, where nothing can allocate.
#[export]
fn a_borrowed(
    name: &str,
    bytes: &[u8],
    values: &[f64],
    pair: OCaml<'_, (OCamlInt, String)>,
) -> f64 {
    let count = name.len() + bytes.len() + pair.snd().as_bytes().len();
    count as f64 + values.iter().sum::<f64>()
}

/// A result that borrows nothing.
#[export]
fn a_static(which: bool) -> &'static str {
    if which { "yes" } else { "no" }
}

/// A borrowed argument beside a handle that only reads.
#[export]
fn a_shared(rt: &OCamlRuntime, name: &str, other: OCamlRef<'_, String>) -> bool {
    rt.get(other).as_bytes() == name.as_bytes()
}

/// Roots beside a handle that allocates.
#[export]
fn a_rooted(rt: &mut OCamlRuntime, name: OCamlRef<'_, String>, kept: BoxRoot<String>) -> String {
    let _other: BoxRoot<String> = "other".to_boxroot(rt);
    name.to_rust::<String>(rt) + &kept.to_rust::<String>(rt)
}

/// A root that outlives its region, as a root of its own; and one that is carried out.
#[export]
fn a_region<'r>(r: &mut Region<'r>, text: OCamlRef<'r, String>) -> OCamlRef<'r, (String, String)> {
    let carried = r.sub(|inner| inner.pair(text, text));
    let kept: BoxRoot<String> = text.to_boxroot(r.runtime());
    let first = r.project(carried, |pair| pair.fst());
    r.pair(first, &kept)
}

/// An owned argument and a boxed root, in an async function.
#[export(lwt)]
async fn a_async(name: String, root: BoxRoot<String>) -> BoxRoot<String> {
    drop(name);
    root
}

/// A boxed root on another thread, and read under the lock there.
#[export]
fn a_sent(rt: &mut OCamlRuntime, root: BoxRoot<String>) -> String {
    rt.releasing_runtime(|| {
        let read = || OCamlRuntime::with_domain_lock(|rt| root.to_rust::<String>(rt));
        std::thread::scope(|scope| scope.spawn(read).join()).unwrap_or_default()
    })
}

/// What noalloc takes and gives.
#[export(noalloc, unboxed)]
fn a_noalloc(rt: &OCamlRuntime, x: f64, n: isize, bytes: &[u8], values: &[f64]) -> f64 {
    let _ = rt;
    x + n as f64 + bytes.len() as f64 + values.len() as f64
}

/// Floats under the name that the derives know them by, and a type parameter.
#[derive(ToOCaml, FromOCaml)]
pub struct Size<T> {
    width: f64,
    height: f64,
    unit: T,
}

/// Not all floats; and a type that mentions itself, and one that borrows.
#[derive(ToOCaml, FromOCaml)]
pub struct Chain {
    length: f64,
    next: Option<Box<Self>>,
}

#[derive(ToOCaml)]
pub struct Label<'a> {
    text: &'a str,
    size: f64,
}

#[export]
fn a_chain(chain: Chain) -> Label<'static> {
    Label { text: "length", size: chain.length + chain.next.map_or(0.0, |next| next.length) }
}

#[export]
fn a_size(size: Size<String>) -> Size<Option<i64>> {
    Size { width: size.width, height: size.height, unit: size.unit.parse().ok() }
}

/// An unrooted value beside a handle that allocates, used before it does; and returned.
#[export]
fn a_lent(rt: &mut OCamlRuntime, text: OCaml<String>, _: OCaml<()>) -> OCaml<'_, String> {
    let text: String = text.to_rust();
    text.to_ocaml(rt)
}

#[export]
fn a_lent_back(_: &mut OCamlRuntime, pair: OCaml<(OCamlInt, String)>) -> OCaml<'_, String> {
    pair.snd()
}

#[export(noalloc)]
fn a_lent_noalloc(_rt: &OCamlRuntime, number: OCaml<OCamlInt>) -> OCaml<'_, OCamlInt> {
    number
}

/// A type whose values OCaml owns, that is not `Sync`: borrowed for oneself alone, or behind a handle.
#[derive(Custom)]
pub struct Local {
    count: std::cell::Cell<i64>,
}

#[export(prefix = "a_local_")]
impl Local {
    pub fn new(count: i64) -> Self {
        Local { count: count.into() }
    }

    pub fn read(&mut self) -> i64 {
        self.count.get()
    }

    /// A root beside the handle, in a method.
    pub fn add(&mut self, rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> i64 {
        let other: BoxRoot<String> = "other".to_boxroot(rt);
        let length = rt.get(text).as_bytes().len() + rt.get(&other).as_bytes().len();
        self.count.set(self.count.get() + length as i64);
        self.count.get()
    }
}

/// An owned value in a tuple, as a handle.
#[export]
fn a_counted(count: i64) -> (DynBox<Local>, i64) {
    (Local::new(count).boxed(), count)
}

/// A handle in an async function, borrowed between the waits.
#[export(lwt)]
async fn a_async_owned(local: DynBox<Local>) -> i64 {
    local.borrow_mut().map_or(-1, |mut local| local.read())
}

/// A closure that holds a root, and one that owns what it changes.
#[export]
fn a_closures(text: BoxRoot<String>, start: i64) -> (RustFn<((),), usize>, RustFn<(i64,), i64>) {
    let mut count = start;
    (
        RustFn::new(move |rt, ((),)| text.get(rt).as_bytes().len()),
        RustFn::new_mut(move |_, (by,): (i64,)| {
            count += by;
            count
        }),
    )
}
