//! Work that is sent to another domain, and what OCaml does meanwhile.

use bactrian::*;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Domains, by names that the tests give them.
static KNOWN: LazyLock<Mutex<HashMap<String, OCamlDomain>>> = LazyLock::new(Mutex::default);

fn known(name: &str) -> Option<OCamlDomain> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
}

/// Remembers the current domain; its number.
#[export]
fn dom_remember(rt: &mut OCamlRuntime, name: String) -> i64 {
    let domain = rt.domain();
    assert_eq!(domain.number(), rt.domain_id());
    assert_eq!(domain, rt.domain());
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(name, domain.clone());
    domain.number() as i64
}

#[export]
fn dom_is_known(name: String) -> bool {
    known(&name).is_some()
}

/// Runs an OCaml function there, from the calling thread. `Error` when the domain has ended; an exception of the function is the
/// result's.
#[export(raise)]
fn dom_run(
    rt: &mut OCamlRuntime,
    name: String,
    f: OCamlFn<(i64,), i64>,
    n: i64,
) -> Result<Result<i64, String>, OCamlException> {
    let domain = known(&name).expect("it was remembered");
    let outcome = rt.releasing_runtime(|| {
        OCamlRuntime::run_in_domain(&domain, |rt| {
            assert_eq!(rt.domain_id(), domain.number());
            f.call(rt, (n,))
        })
    });
    match outcome {
        Ok(Ok(m)) => Ok(Ok(m)),
        Ok(Err(exception)) => Err(exception),
        Err(ended) => Ok(Err(ended.to_string())),
    }
}

/// The same from a thread that Rust starts, so many times.
#[export]
fn dom_run_from_thread(
    rt: &mut OCamlRuntime,
    name: String,
    f: OCamlFn<(i64,), i64>,
    times: i64,
) -> Result<i64, String> {
    let domain = known(&name).expect("it was remembered");
    rt.releasing_runtime(|| {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let mut sum = 0;
                for n in 0..times {
                    sum += OCamlRuntime::run_in_domain(&domain, |rt| f.call(rt, (n,)))
                        .map_err(|ended| ended.to_string())?
                        .expect("the function does not raise");
                }
                Ok(sum)
            });
            thread.join().expect("it does not panic")
        })
    })
}

/// Allocates, roots and panics over there; says what came of it here.
#[export]
fn dom_work_there(rt: &mut OCamlRuntime, name: String, n: i64) -> (Vec<String>, String) {
    let domain = known(&name).expect("it was remembered");
    rt.releasing_runtime(|| {
        let list: BoxRoot<OCamlList<String>> = OCamlRuntime::run_in_domain(&domain, |rt| {
            (0..n).map(|i| format!("text {i}")).collect::<Vec<_>>().to_boxroot(rt)
        })
        .expect("it lives");
        let payload = catch_unwind(AssertUnwindSafe(|| {
            OCamlRuntime::run_in_domain(&domain, |rt| {
                let _root: BoxRoot<String> = "dropped".to_boxroot(rt);
                panic!("over there: {n}")
            })
        }))
        .expect_err("it panics");
        let message = payload.downcast_ref::<String>().cloned().unwrap_or_default();
        let texts = OCamlRuntime::with_domain_lock(|rt| list.to_rust(rt));
        (texts, message)
    })
}

/// With the lock held: refused.
#[export]
fn dom_run_with_lock(rt: &mut OCamlRuntime) {
    let domain = rt.domain();
    if let Err(payload) =
        catch_unwind(AssertUnwindSafe(|| OCamlRuntime::run_in_domain(&domain, |rt| rt.domain_id())))
    {
        resume_unwind(payload);
    }
}

/// Whether the domain has ended.
#[export]
fn dom_has_ended(name: String) -> bool {
    known(&name).is_some_and(|domain| domain.has_ended())
}

/// Works with the lock held for so many milliseconds, or until what waits raises. Sends itself a signal first, if so.
#[export(raise)]
fn dom_busy(
    rt: &mut OCamlRuntime,
    milliseconds: u64,
    looks: bool,
    signal: bool,
) -> Result<u64, OCamlException> {
    let start = Instant::now();
    if signal {
        // SAFETY: OCaml handles the signal, and only notes it.
        unsafe { libc::raise(libc::SIGALRM) };
    }
    let mut rounds = 0;
    while start.elapsed() < Duration::from_millis(milliseconds) {
        if looks {
            rt.process_pending_actions()?;
        }
        core::hint::spin_loop();
        rounds += 1;
        ROUNDS.store(rounds, Ordering::Relaxed);
    }
    Ok(rounds)
}

/// The rounds of the last call of `dom_busy`.
static ROUNDS: AtomicU64 = AtomicU64::new(0);

#[export]
fn dom_rounds() -> u64 {
    ROUNDS.swap(0, Ordering::Relaxed)
}

/// Whether the lock can be taken: here, in a released section, and on a thread of Rust's.
#[export]
fn dom_try_lock(rt: &mut OCamlRuntime) -> (String, bool, bool) {
    let here = match OCamlRuntime::try_with_domain_lock(|_| ()) {
        Ok(()) => "it was taken twice".to_owned(),
        Err(error) => error.to_string(),
    };
    rt.releasing_runtime(|| {
        let take = || OCamlRuntime::try_with_domain_lock(|_| ()).is_ok();
        (here, take(), std::thread::spawn(take).join().expect("it does not panic"))
    })
}
