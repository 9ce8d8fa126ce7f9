//! Roots of every kind, under a collector that moves what they hold.

use bactrian::*;
use std::cell::RefCell;
use std::sync::Mutex;

ocaml! {
    fn minor_gc() -> () = "test.minor";
    fn full_gc() -> () = "test.compact";
    fn scribble() -> () = "test.scribble";
}

/// Moves everything out of the minor heap and writes over what was there, so that a root that was not
/// followed no longer looks right.
fn move_and_overwrite(rt: &mut OCamlRuntime) {
    minor_gc(rt);
    scribble(rt);
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
            move_and_overwrite(r.runtime());
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
        move_and_overwrite(rt);
        if root.to_rust::<String>(rt) != text {
            return false;
        }
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

/// The same within one region: a sub-region's roots were scanned, and others take their place.
#[export]
fn r_watermark_in_subregions(rt: &mut OCamlRuntime, chunk: i64, n: i64) -> bool {
    rt.region(|r| {
        // So that the sub-regions start anywhere in a chunk, and end in another.
        for i in 0..chunk {
            r.root::<OCamlInt, _>(&i);
        }
        (0..n).all(|round| {
            r.sub(|s| {
                for i in 0..2000 {
                    s.root::<String, _>(&format!("old {i}"));
                }
                minor_gc(s.runtime());
                s.root::<OCamlInt, _>(&0i64)
            });
            let good = r.sub(|s| {
                let texts: Vec<String> = (0..1500).map(|i| format!("new {round} {i}")).collect();
                let roots: Vec<_> = texts.iter().map(|text| s.root::<String, _>(text)).collect();
                move_and_overwrite(s.runtime());
                let good = texts
                    .iter()
                    .zip(roots)
                    .all(|(text, root)| s.to_rust::<_, String>(root) == *text);
                s.root::<bool, _>(&good)
            });
            r.to_rust(good)
        })
    })
}

/// Roots that no collection has seen yet, below a sub-region that went on in another chunk and has been left.
#[export]
fn r_young_below_a_left_chunk(rt: &mut OCamlRuntime, below: i64, above: i64) -> bool {
    rt.region(|r| {
        let texts: Vec<String> = (0..below).map(|i| format!("below {i}")).collect();
        let roots: Vec<_> = texts.iter().map(|text| r.root::<String, _>(text)).collect();
        let carried = r.sub(|s| {
            (0..above).fold(s.root::<OCamlInt, _>(&0i64), |_, i| s.root::<OCamlInt, _>(&i))
        });
        move_and_overwrite(r.runtime());
        r.to_rust::<_, i64>(carried) == (above - 1).max(0)
            && texts.iter().zip(roots).all(|(text, root)| r.to_rust::<_, String>(root) == *text)
    })
}

/// Arguments of the call are roots, also of what was pushed after they were scanned.
#[export]
fn r_arguments(
    rt: &mut OCamlRuntime,
    a: OCamlRef<'_, String>,
    b: OCamlRef<'_, OCamlList<String>>,
    c: BoxRoot<String>,
) -> (String, Vec<String>, String) {
    for _ in 0..3 {
        move_and_overwrite(rt);
    }
    full_gc(rt);
    (a.to_rust(rt), b.to_rust(rt), c.to_rust(rt))
}

/// The counts while `n` roots of a region are live, before a minor collection and after it; and how long the shortest
/// of twenty more takes, in nanoseconds.
#[export]
fn r_minor_with_roots(rt: &mut OCamlRuntime, n: i64) -> (i64, i64, i64) {
    rt.region(|r| {
        for i in 0..n {
            r.root::<String, _>(&i.to_string());
        }
        let before = r.runtime().root_counts().young as i64;
        minor_gc(r.runtime());
        let after = r.runtime().root_counts().young as i64;
        let shortest = (0..20)
            .map(|_| {
                let start = std::time::Instant::now();
                minor_gc(r.runtime());
                start.elapsed().as_nanos() as i64
            })
            .min();
        (before, after, shortest.unwrap_or(0))
    })
}

/// `n` boxed roots live over collections of both kinds, with some dropped and made between.
#[export]
fn r_boxed_live(rt: &mut OCamlRuntime, n: i64) -> bool {
    let mut roots: Vec<BoxRoot<String>> = (0..n).map(|i| i.to_string().to_boxroot(rt)).collect();
    move_and_overwrite(rt);
    for i in (0..n).step_by(3) {
        let text = format!("again {i}");
        roots[i as usize] = text.to_boxroot(rt);
    }
    move_and_overwrite(rt);
    full_gc(rt);
    (0..n).zip(&roots).all(|(i, root)| {
        let text: String = root.to_rust(rt);
        if i % 3 == 0 { text == format!("again {i}") } else { text == i.to_string() }
    })
}

/// Other values for the shared roots, whoever made them. They are taken out meanwhile: who allocates waits for the
/// other domains, and these must not be waiting for a lock that is held here.
#[export]
fn r_replace_shared(rt: &mut OCamlRuntime, prefix: OCamlRef<'_, String>) {
    let prefix: String = prefix.to_rust(rt);
    let mut taken = std::mem::take(&mut *SHARED.lock().unwrap_or_else(|e| e.into_inner()));
    for root in &mut taken {
        let text = format!("{prefix}{}", root.to_rust::<String>(rt));
        let value: OCaml<String> = text.to_ocaml(rt);
        root.keep(value);
    }
    SHARED.lock().unwrap_or_else(|e| e.into_inner()).append(&mut taken);
}

#[export]
fn r_clone_shared(rt: &OCamlRuntime) -> i64 {
    let _ = rt;
    let mut shared = SHARED.lock().unwrap_or_else(|e| e.into_inner());
    let clones: Vec<_> = shared.iter().cloned().collect();
    shared.extend(clones);
    shared.len() as i64
}

/// Cloning needs the lock, and says so.
#[export]
fn r_clone_elsewhere(text: BoxRoot<String>) -> String {
    let outcome = std::thread::spawn(move || {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(text.clone())))
            .err()
            .and_then(|payload| payload.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_else(|| "cloned".into())
    });
    outcome.join().unwrap_or_else(|_| "the thread panicked".into())
}

/// A root made on a thread without the lock, of a value that needs none.
#[export]
fn r_root_elsewhere() -> String {
    let outcome = std::thread::spawn(|| {
        std::panic::catch_unwind(|| drop(OCaml::unit().root()))
            .err()
            .and_then(|payload| payload.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_else(|| "rooted".into())
    });
    outcome.join().unwrap_or_else(|_| "the thread panicked".into())
}

/// Roots that a foreign thread drops while this one makes others and collects.
#[export]
fn r_remote_churn(rt: &mut OCamlRuntime, rounds: i64, n: i64) -> i64 {
    let (sender, receiver) = std::sync::mpsc::channel::<BoxRoot<String>>();
    let dropper = std::thread::spawn(move || receiver.into_iter().map(drop).count() as i64);
    for round in 0..rounds {
        for i in 0..n {
            let _ = sender.send((round * n + i).to_string().to_boxroot(rt));
        }
        minor_gc(rt);
        if round % 8 == 0 {
            full_gc(rt);
        }
    }
    drop(sender);
    rt.releasing_runtime(|| dropper.join().unwrap_or(-1))
}

/// Words that are roots only while their tuple is being made.
#[export]
fn r_tuples(n: i64) -> Vec<(String, (f64, String), Vec<String>)> {
    (0..n)
        .map(|i| (i.to_string(), (i as f64, (i * 2).to_string()), vec![(i * 3).to_string()]))
        .collect()
}

/// Pairs whose components are fresh: the slow path of allocation must root them.
#[export]
fn r_fresh_pairs(rt: &mut OCamlRuntime, n: i64) -> bool {
    (0..n).all(|i| {
        rt.region(|r| {
            let key = r.root::<String, _>(&i.to_string());
            let value = r.root::<OCamlFloat, _>(&(i as f64));
            let pair = r.pair(r.pair(key, value), r.some(key));
            r.to_rust::<_, ((String, f64), Option<String>)>(pair)
                == ((i.to_string(), i as f64), Some(i.to_string()))
        })
    })
}

/// Small blocks in a row, made of words that no root holds: `Some (Some … "text")`.
#[export]
fn r_nested_options(rt: &mut OCamlRuntime, n: i64) -> bool {
    (0..n).all(|i| {
        let text = i.to_string();
        let value: OCaml<Option<Option<Option<String>>>> =
            Some(Some(Some(text.clone()))).to_ocaml(rt);
        value.to_rust::<Option<Option<Option<String>>>>() == Some(Some(Some(text)))
    })
}
