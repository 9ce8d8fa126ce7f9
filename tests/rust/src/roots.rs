//! Roots of every kind, under a collector that moves what they hold.

use bactrian::*;
use std::cell::RefCell;
use std::sync::Mutex;

ocaml! {
    fn minor_gc() -> () = "test.minor";
    fn full_gc() -> () = "test.compact";
}

#[export]
fn r_counts(rt: &mut OCamlRuntime) -> (i64, i64, i64) {
    let counts = rt.root_counts();
    (counts.stacked as i64, counts.young as i64, counts.boxed as i64)
}

/// Region roots that are read after collections, written in several chunks of the stack.
#[export]
fn r_region_survives(rt: &mut OCamlRuntime, n: i64, compact: bool) -> bool {
    rt.region(|r| {
        let mut roots = Vec::new();
        for i in 0..n {
            let key = r.root::<OCamlInt, _>(&i);
            let text = r.root::<String, _>(&i.to_string());
            roots.push(r.pair(key, text));
            if i % 1000 == 500 {
                if compact {
                    full_gc(r.runtime())
                } else {
                    minor_gc(r.runtime())
                };
            }
        }
        full_gc(r.runtime());
        (0..n).zip(roots).all(|(i, root)| r.to_rust::<_, (i64, String)>(root) == (i, i.to_string()))
    })
}

/// How many roots a minor collection looks at after one has been made with `n` roots live.
#[export]
fn r_young_after_minor(rt: &mut OCamlRuntime, n: i64) -> (i64, i64) {
    rt.region(|r| {
        for i in 0..n {
            r.root::<OCamlInt, _>(&i);
        }
        minor_gc(r.runtime());
        let before = r.runtime().root_counts();
        r.root::<OCamlInt, _>(&1i64);
        let after = r.runtime().root_counts();
        (before.young as i64, after.young as i64)
    })
}

/// One value carried out of each of many sub-regions, in constant root memory.
#[export]
fn r_subregions(rt: &mut OCamlRuntime, n: i64) -> (i64, i64) {
    rt.region(|r| {
        let mut most = 0;
        let mut total = 0;
        for i in 0..n {
            let carried = r.sub(|s| {
                let a = s.root::<String, _>(&i.to_string());
                let b = s.pair(a, a);
                let pair = s.pair(b, b);
                s.project(s.project(pair, |p| p.fst()), |p| p.snd())
            });
            total += r.to_rust::<_, String>(carried).len() as i64;
            most = most.max(r.runtime().root_counts().stacked as i64 - i);
        }
        (total, most)
    })
}

/// Frames that were below the watermark and are pushed again must be scanned again.
#[export]
fn r_watermark_lowered(rt: &mut OCamlRuntime, n: i64) -> bool {
    let mut good = true;
    for round in 0..n {
        rt.region(|r| {
            for i in 0..50 {
                r.root::<String, _>(&format!("old {i}"));
            }
            minor_gc(r.runtime());
        });
        good &= rt.region(|r| {
            let text = format!("new {round}");
            let roots: Vec<_> = (0..50).map(|_| r.root::<String, _>(&text)).collect();
            minor_gc(r.runtime());
            minor_gc(r.runtime());
            roots.iter().all(|root| r.to_rust::<_, String>(root) == text)
        });
    }
    good
}

thread_local! {
    static KEPT: RefCell<Vec<BoxRoot<String>>> = const { RefCell::new(Vec::new()) };
}

static SHARED: Mutex<Vec<BoxRoot<String>>> = Mutex::new(Vec::new());

#[export]
fn r_keep(text: BoxRoot<String>) {
    SHARED.lock().unwrap_or_else(|e| e.into_inner()).push(text);
}

#[export]
fn r_kept(rt: &OCamlRuntime) -> Vec<String> {
    SHARED.lock().unwrap_or_else(|e| e.into_inner()).iter().map(|root| root.to_rust(rt)).collect()
}

#[export]
fn r_forget() {
    SHARED.lock().unwrap_or_else(|e| e.into_inner()).clear();
}

#[export]
fn r_forget_elsewhere() {
    let roots = std::mem::take(&mut *SHARED.lock().unwrap_or_else(|e| e.into_inner()));
    std::thread::spawn(move || drop(roots)).join().expect("the thread only drops");
}

#[export]
fn r_replace(rt: &mut OCamlRuntime, n: i64) -> bool {
    let mut root = "first".to_boxroot(rt);
    for i in 0..n {
        let text = format!("value {i}");
        let value: OCaml<String> = text.to_ocaml(rt);
        root.keep(value);
        minor_gc(rt);
        if root.to_rust::<String>(rt) != text {
            return false;
        }
        minor_gc(rt);
    }
    true
}

#[export]
fn r_keep_on_thread(text: BoxRoot<String>) {
    KEPT.with_borrow_mut(|kept| kept.push(text));
}

#[export]
fn r_churn(rt: &mut OCamlRuntime, n: i64) -> i64 {
    let mut roots: Vec<BoxRoot<String>> = Vec::new();
    for i in 0..n {
        roots.push(i.to_string().to_boxroot(rt));
        if i % 3 == 0 {
            roots.swap_remove((i as usize * 7919) % roots.len());
        }
    }
    roots.iter().map(|root| root.to_rust::<String>(rt).parse::<i64>().unwrap_or(i64::MIN)).sum()
}

/// A thread that OCaml did not start takes the lock, converts and calls back.
#[export]
fn r_foreign_thread(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, n: i64) -> i64 {
    rt.releasing_runtime(move || {
        std::thread::spawn(move || {
            (0..n)
                .map(|i| {
                    OCamlRuntime::with_domain_lock(|rt| {
                        let text: BoxRoot<String> = i.to_string().to_boxroot(rt);
                        minor_gc(rt);
                        let again: String = text.to_rust(rt);
                        f.call(rt, (again.parse().unwrap_or(-1),)).unwrap_or(-1)
                    })
                })
                .sum()
        })
        .join()
        .unwrap_or(-1)
    })
}

#[export]
fn r_lock_held() -> (bool, bool) {
    let here = OCamlRuntime::is_held();
    let there = std::thread::spawn(OCamlRuntime::is_held).join().unwrap_or(true);
    (here, there)
}

#[export]
fn r_panic_in_region(rt: &mut OCamlRuntime) {
    rt.region(|r| {
        for i in 0..5000i64 {
            r.root::<OCamlInt, _>(&i);
        }
        panic!("in a region");
    });
}
