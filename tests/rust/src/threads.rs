//! Calls from threads of all kinds.

use bactrian::*;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn text_of(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => {
            payload.downcast_ref::<&str>().map_or_else(|| "?".to_owned(), |s| (*s).to_owned())
        }
    }
}

/// Threads that Rust started call OCaml, each so many times; exceptions count apart.
#[export]
fn h_foreign_threads(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, String), i64>,
    threads: i64,
    calls: i64,
) -> (i64, i64) {
    rt.releasing_runtime(|| {
        let f = &f;
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads)
                .map(|thread| {
                    scope.spawn(move || {
                        let (mut sum, mut raised) = (0, 0);
                        for i in 0..calls {
                            let name = format!("{thread} {i}");
                            match OCamlRuntime::with_domain_lock(|rt| f.call(rt, (i, name))) {
                                Ok(value) => sum += value,
                                Err(_) => raised += 1,
                            }
                        }
                        (sum, raised)
                    })
                })
                .collect();
            handles.into_iter().fold((0, 0), |(sum, raised), handle| {
                let (s, r) = handle.join().unwrap_or((-1_000_000, 0));
                (sum + s, raised + r)
            })
        })
    })
}

/// Lets the lock go and takes it again, on the same thread, by `with_domain_lock`.
#[export]
fn h_lock_again(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>, n: i64) -> i64 {
    rt.releasing_runtime(|| {
        OCamlRuntime::with_domain_lock(|rt| {
            let inner = f.call(rt, (n,)).unwrap_or(-1);
            rt.releasing_runtime(|| {
                OCamlRuntime::with_domain_lock(|rt| f.call(rt, (inner,)).unwrap_or(-1))
            })
        })
    })
}

/// A second lock within the first, on a foreign thread: refused, and the first is still good.
#[export]
fn h_nested_lock(rt: &mut OCamlRuntime) -> (String, i64) {
    rt.releasing_runtime(|| {
        std::thread::spawn(|| {
            OCamlRuntime::with_domain_lock(|rt| {
                let refused = catch_unwind(|| OCamlRuntime::with_domain_lock(|_| ()));
                let root: BoxRoot<OCamlList<OCamlInt>> = vec![1i64, 2, 3].to_boxroot(rt);
                let sum = root.to_rust::<Vec<i64>>(rt).iter().sum();
                (refused.err().map(text_of).unwrap_or_default(), sum)
            })
        })
        .join()
        .unwrap_or_default()
    })
}

/// A panic with the lock held lets it go; the thread can take it again.
#[export]
fn h_panic_with_lock(rt: &mut OCamlRuntime) -> (String, bool, i64) {
    rt.releasing_runtime(|| {
        std::thread::spawn(|| {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                OCamlRuntime::with_domain_lock(|rt| {
                    let _root: BoxRoot<String> = "kept".to_boxroot(rt);
                    panic!("with the lock")
                })
            }));
            let held = OCamlRuntime::is_held();
            let again = OCamlRuntime::with_domain_lock(|rt| {
                let root: BoxRoot<OCamlInt> = 7i64.to_boxroot(rt);
                root.to_rust(rt)
            });
            (outcome.err().map(text_of).unwrap_or_default(), held, again)
        })
        .join()
        .unwrap_or_default()
    })
}

thread_local! {
    static MINE: RefCell<Vec<BoxRoot<String>>> = const { RefCell::new(Vec::new()) };
}

/// Threads that take the lock, keep a root until they exit, and exit.
#[export]
fn h_thread_exits(rt: &mut OCamlRuntime, n: i64) -> i64 {
    rt.releasing_runtime(|| {
        (0..n)
            .map(|i| {
                std::thread::spawn(move || {
                    OCamlRuntime::with_domain_lock(|rt| {
                        let root = i.to_string().to_boxroot(rt);
                        rt.region(|r| {
                            r.root::<String, _>("on the stack of this thread");
                        });
                        MINE.with_borrow_mut(|mine| mine.push(root));
                    });
                    OCamlRuntime::with_domain_lock(|rt| {
                        MINE.with_borrow(|mine| mine[0].to_rust::<String>(rt)) == i.to_string()
                    })
                })
            })
            .map(|thread| i64::from(thread.join().unwrap_or(false)))
            .sum()
    })
}

/// Some of everything: allocation, a root, a region, and a call back.
#[export]
fn h_work(
    rt: &mut OCamlRuntime,
    f: OCamlRef<'_, OCamlFn<(i64, String), String>>,
    n: i64,
) -> Result<String, String> {
    let boxed: BoxRoot<OCamlList<String>> =
        vec![n.to_string(), "x".repeat(n as usize % 50)].to_boxroot(rt);
    let in_region: (i64, String) = rt.region(|r| {
        let key = r.root::<OCamlInt, _>(&n);
        let text = r.root::<String, _>(&n.to_string());
        r.to_rust(r.pair(key, text))
    });
    if in_region != (n, n.to_string()) {
        return Err(format!("the region holds {in_region:?}"));
    }
    let answer = f.call(rt, (n, n.to_string())).map_err(|e| e.message(rt))?;
    let kept: Vec<String> = boxed.to_rust(rt);
    if kept[0] != n.to_string() {
        return Err(format!("the root holds {kept:?}"));
    }
    Ok(answer)
}

/// Waits without the lock until OCaml, on another thread, has let it go on.
static GATE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

#[export]
fn h_open_gate(open: bool) {
    GATE.store(open, std::sync::atomic::Ordering::SeqCst);
}

#[export]
fn h_wait_for_gate(rt: &mut OCamlRuntime) -> bool {
    rt.releasing_runtime(|| {
        let start = std::time::Instant::now();
        while !GATE.load(std::sync::atomic::Ordering::SeqCst) {
            if start.elapsed().as_secs() > 20 {
                return false;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        true
    })
}

#[export]
fn h_domain_id(rt: &OCamlRuntime) -> i64 {
    rt.domain_id() as i64
}
