//! Functions as values, both ways: OCaml closures that Rust holds, and Rust closures that OCaml does.

use bactrian::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

/// Counts the closures that live.
struct Live;

static LIVE: AtomicI64 = AtomicI64::new(0);

impl Live {
    fn new() -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Live
    }

    fn here(&self) {}
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

#[export]
fn c_live() -> i64 {
    LIVE.load(Ordering::Relaxed)
}

// Rust closures for OCaml, by arity.

#[export]
fn c_fn1(n: i64) -> RustFn<(i64,), i64> {
    RustFn::new(move |_, (a,)| n + a)
}

#[export]
fn c_fn2(n: String) -> RustFn<(String, i64), String> {
    RustFn::new(move |_, (text, times): (String, i64)| (n.clone() + &text).repeat(times as usize))
}

#[export]
fn c_fn3() -> RustFn<(i64, f64, String), (String, f64, i64)> {
    RustFn::new(|_, (a, b, c)| (c, b, a))
}

#[export]
fn c_fn4() -> RustFn<(i64, i64, i64, i64), Vec<i64>> {
    RustFn::new(|_, (a, b, c, d)| vec![a, b, c, d])
}

#[export]
fn c_fn5() -> RustFn<(i64, i64, i64, i64, i64), Vec<i64>> {
    RustFn::new(|_, (a, b, c, d, e)| vec![a, b, c, d, e])
}

#[export]
fn c_fn6() -> RustFn<(i64, i64, i64, i64, i64, i64), Vec<i64>> {
    RustFn::new(|_, (a, b, c, d, e, f)| vec![a, b, c, d, e, f])
}

#[export]
fn c_fn7() -> RustFn<(i64, i64, i64, i64, i64, i64, i64), Vec<i64>> {
    RustFn::new(|_, (a, b, c, d, e, f, g)| vec![a, b, c, d, e, f, g])
}

#[export]
fn c_fn8() -> RustFn<(i64, i64, i64, i64, i64, i64, i64, String), (Vec<i64>, String)> {
    RustFn::new(|_, (a, b, c, d, e, f, g, h)| (vec![a, b, c, d, e, f, g], h))
}

#[export]
fn c_unit() -> RustFn<((),), ()> {
    RustFn::new(|_, ((),)| ())
}

/// With a label and an optional argument, as OCaml declares it.
#[export]
fn c_optional() -> RustFn<(Option<i64>, i64), i64> {
    RustFn::new(|_, (step, from): (Option<i64>, i64)| from + step.unwrap_or(1))
}

#[export]
fn c_u8() -> RustFn<(u8, String), u8> {
    RustFn::new(|_, (n, _)| n)
}

/// A result that does not fit.
#[export]
fn c_too_large() -> RustFn<((),), u64> {
    RustFn::new(|_, ((),)| u64::MAX)
}

#[export]
fn c_result() -> RustFn<(i64,), Result<i64, String>> {
    RustFn::new(|_, (n,)| if n > 0 { Ok(n) } else { Err(format!("{n} is not positive")) })
}

#[export]
fn c_raise() -> RustFn<(i64,), Raise<i64, String>> {
    RustFn::new(|_, (n,)| Raise(if n > 0 { Ok(n) } else { Err(format!("{n} is not positive")) }))
}

#[export]
fn c_panics() -> RustFn<(String,), i64> {
    RustFn::new(|_, (text,)| panic!("{text}"))
}

/// Owned values as arguments and results.
#[export]
fn c_handles() -> RustFn<(DynBox<String>, i64), DynBox<String>> {
    RustFn::new(|_, (text, n): (DynBox<String>, i64)| {
        DynBox::new(text.borrow().expect("nobody else").repeat(n as usize))
    })
}

// What a closure may hold and do.

#[export]
fn c_counter(start: i64) -> RustFn<(i64,), i64> {
    let (mut count, live) = (start, Live::new());
    RustFn::new_mut(move |_, (by,)| {
        live.here();
        count += by;
        count
    })
}

/// Calls OCaml while it is being called.
#[export]
fn c_reentrant() -> RustFn<(OCamlFn<(i64,), i64>, i64), Raise<i64, OCamlException>> {
    let mut calls = 0;
    RustFn::new_mut(move |rt, (f, x): (OCamlFn<(i64,), i64>, i64)| {
        calls += 1;
        Raise(f.call(rt, (x,)).map(|y| y + calls * 100))
    })
}

/// As above, for any number of callers at once.
#[export]
fn c_shared(live: bool) -> RustFn<(OCamlFn<(i64,), i64>, i64), Raise<i64, OCamlException>> {
    let live = live.then(Live::new);
    RustFn::new(move |rt, (f, x): (OCamlFn<(i64,), i64>, i64)| {
        let y = f.call(rt, (x,));
        live.iter().for_each(Live::here);
        Raise(y)
    })
}

#[export]
fn c_once(text: String) -> RustFn<((),), String> {
    let live = Live::new();
    RustFn::new_once(move |_, ((),)| {
        drop(live);
        text
    })
}

/// Holds an OCaml value and an OCaml function.
#[export]
fn c_compose(f: OCamlFn<(i64,), i64>, text: BoxRoot<String>) -> RustFn<(i64,), (i64, String)> {
    let live = Live::new();
    RustFn::new(move |rt, (x,)| {
        live.here();
        match f.call(rt, (x,)) {
            Ok(y) => (y, text.to_rust(rt)),
            Err(exception) => std::panic::panic_any(exception),
        }
    })
}

/// An OCaml function that holds its Rust closure, which holds it: never let go of.
#[export]
fn c_tracked() -> RustFn<(i64,), i64> {
    let live = Live::new();
    RustFn::new(move |_, (x,)| {
        live.here();
        x
    })
}

/// One handle, as two OCaml functions.
#[export]
fn c_two(start: i64) -> (RustFn<(i64,), i64>, RustFn<(i64,), i64>) {
    let (mut count, live) = (start, Live::new());
    let f = RustFn::new_mut(move |_, (by,)| {
        live.here();
        count += by;
        count
    });
    (f.clone(), f)
}

/// Gives a Rust closure to an OCaml function, and back.
#[export]
fn c_give(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(RustFn<(i64,), i64>, i64), i64>,
    n: i64,
) -> Result<i64, String> {
    let add = RustFn::new(move |_, (x,)| x + n);
    f.call(rt, (add, n)).map_err(|exception| exception.message(rt))
}

// OCaml closures held by Rust.

static HELD: Mutex<Option<OCamlFn<(i64, i64), i64>>> = Mutex::new(None);

#[export]
fn c_hold(f: OCamlFn<(i64, i64), i64>) {
    let before = HELD.lock().expect("not poisoned").replace(f);
    drop(before);
}

#[export]
fn c_release() {
    let held = HELD.lock().expect("not poisoned").take();
    // On another thread, which knows nothing of OCaml.
    std::thread::spawn(move || drop(held)).join().expect("the thread does not panic");
}

/// Calls it on a thread that OCaml did not start.
#[export]
fn c_call_on_thread(rt: &mut OCamlRuntime, a: i64, b: i64) -> Result<i64, String> {
    let held = HELD.lock().expect("not poisoned").clone().ok_or("nothing held")?;
    rt.releasing_runtime(move || {
        std::thread::spawn(move || {
            OCamlRuntime::with_domain_lock(|rt| {
                held.call(rt, (a, b)).map_err(|exception| exception.message(rt))
            })
        })
        .join()
        .expect("the thread does not panic")
    })
}

#[export]
fn c_call1(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, a: i64) -> Result<i64, String> {
    f.call(rt, (a,)).map_err(|exception| exception.message(rt))
}

#[export(raise)]
fn c_call9(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, i64, i64, i64, i64, i64, i64, i64, String), String>,
) -> Result<String, OCamlException> {
    f.call(rt, (1, 2, 3, 4, 5, 6, 7, 8, "nine".to_owned()))
}

#[export(raise)]
fn c_partial(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(String, String, i64), String>,
) -> Result<Vec<String>, OCamlException> {
    let one = f.partial(rt, ("a".to_owned(),))?;
    let two = one.partial(rt, ("b".to_owned(),))?;
    let both = f.partial(rt, ("c".to_owned(), "d".to_owned()))?;
    Ok(vec![
        one.call(rt, ("x".to_owned(), 1))?,
        two.call(rt, (2,))?,
        both.call(rt, (3,))?,
        two.call(rt, (4,))?,
    ])
}

/// More arguments than the function was written with.
#[export(raise)]
fn c_over(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64,), OCamlFn<(i64, i64), i64>>,
) -> Result<(i64, i64, i64), OCamlException> {
    let g = f.call(rt, (100,))?;
    let step = g.call(rt, (20, 3))?;
    let all = f.clone().uncurried();
    let at_once = all.call(rt, (100, 20, 3))?;
    let again = all.curried::<(i64, i64)>();
    let last = again.call(rt, (100, 20))?.call(rt, (4,))?;
    Ok((step, at_once, last))
}

/// `?step:int -> from:int -> int`
#[export(raise)]
fn c_labels(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(Option<i64>, i64), i64>,
) -> Result<(i64, i64), OCamlException> {
    Ok((f.call(rt, (None, 10))?, f.call(rt, (Some(5), 10))?))
}

/// A result that is a function, and an argument that is one.
#[export(raise)]
fn c_higher(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(OCamlFn<(i64,), i64>, i64), OCamlFn<(i64,), i64>>,
    g: OCamlFn<(i64,), i64>,
) -> Result<i64, OCamlException> {
    let h = f.call(rt, (g, 1))?;
    h.call(rt, (2,))
}

/// Makes closures that OCaml is never told of.
#[export]
fn c_unused(count: i64) -> i64 {
    for _ in 0..count {
        let live = Live::new();
        let f: RustFn<(i64,), i64> = RustFn::new(move |_, (x,)| {
            live.here();
            x
        });
        drop(f);
    }
    LIVE.load(Ordering::Relaxed)
}
