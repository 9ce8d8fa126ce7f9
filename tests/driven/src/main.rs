//! One scenario a run, named by the first argument. `tests/scenarios.rs` says what each must print.

use bactrian::{BoxRoot, DynBox, OCamlInt, OCamlRuntime, ToOCaml};
use bactrian_tests_driven::{functions, text, twice, unit};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::exit;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Says that it was dropped.
struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("dropped {}", self.0);
    }
}

fn main() {
    // What the panic hook prints is not looked at.
    let scenario = std::env::args().nth(1).unwrap_or_default();
    match scenario.as_str() {
        "arguments" => arguments(),
        "other_arguments" => other_arguments(),
        "nul_argument" => nul_argument(),
        "second_init" => second_init(),
        "before_init" => before_init(),
        "try_lock" => try_lock(),
        "initialiser" => initialiser(),
        "at_exit" => at_exit(),
        "at_exit_raises" => at_exit_raises(),
        "at_exit_thread" => at_exit_thread(),
        "after_end" => after_end(),
        "roots_after_end" => roots_after_end(),
        "panic" => panic_in_main(),
        "panic_with_exception" => panic_with_exception(),
        "process_exit" => process_exit(),
        "runtime_exit" => runtime_exit(),
        "ocaml_exit" => ocaml_exit(),
        "drop_while_held" => drop_while_held(),
        "panic_while_held" => panic_while_held(),
        "forgotten_guard" => forgotten_guard(),
        "other_domain" => other_domain(),
        "domain_in_rust" => domain_in_rust(),
        "thread_inside" => thread_inside(),
        "ocaml_thread" => ocaml_thread(),
        "threads" => threads(),
        "starter_ends" => starter_ends(),
        "init_on_thread" => init_on_thread(),
        "deep_recursion" => deep_recursion(),
        "rust_stack_overflow" => rust_stack_overflow(),
        "shutdown" => shutdown(),
        "persistent" => persistent(),
        other => panic!("there is no scenario {other:?}"),
    }
}

/// The message of a panic.
fn panic_of(body: impl FnOnce()) -> String {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(()) => "no panic".to_owned(),
        Err(payload) => payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_default(),
    }
}

fn print_by_ocaml(s: &str) {
    OCamlRuntime::with_domain_lock(|rt| {
        let s = text(rt, s);
        functions::print(rt, &s);
    });
}

fn at_exit_print(s: &str) {
    OCamlRuntime::with_domain_lock(|rt| {
        let s = text(rt, s);
        functions::at_exit_print(rt, &s);
    });
}

fn compact() {
    OCamlRuntime::with_domain_lock(|rt| {
        let unit = unit(rt);
        functions::compact(rt, &unit);
    });
}

fn sys_argv() -> String {
    OCamlRuntime::with_domain_lock(|rt| {
        let unit = unit(rt);
        functions::arguments(rt, &unit).to_rust(rt)
    })
}

fn arguments() {
    let _guard = OCamlRuntime::init().expect("it starts");
    let own: Vec<String> = std::env::args().collect();
    println!("{}", sys_argv() == own.join(","));
}

fn other_arguments() {
    let _guard = OCamlRuntime::init_with_args(["prog", "--level", "3"]).expect("it starts");
    println!("{}", sys_argv());
}

fn nul_argument() {
    let error = OCamlRuntime::init_with_args(["prog", "a\0b"]).expect_err("a NUL byte");
    println!("{error}");
    // Nothing was started.
    let _guard = OCamlRuntime::init().expect("it starts");
    println!("{}", OCamlRuntime::with_domain_lock(|rt| twice(rt, 4)));
}

fn second_init() {
    let guard = OCamlRuntime::init().expect("it starts");
    println!("{}", OCamlRuntime::init().expect_err("once"));
    println!("{}", String::from(OCamlRuntime::init().expect_err("once")));
    let elsewhere = thread::spawn(|| OCamlRuntime::init().map(|_| ()).expect_err("once"));
    println!("{}", elsewhere.join().expect("no panic"));
    println!("persistent: {:?}", OCamlRuntime::init_persistent());
    println!("{}", OCamlRuntime::with_domain_lock(|rt| twice(rt, 4)));
    drop(guard);
    println!("{}", OCamlRuntime::init().expect_err("ended"));
    println!("{}", OCamlRuntime::init_persistent().expect_err("ended"));
}

fn before_init() {
    println!("{}", panic_of(|| OCamlRuntime::with_domain_lock(|_| ())));
    println!("held: {}", OCamlRuntime::is_held());
}

fn try_lock() {
    let take = || match OCamlRuntime::try_with_domain_lock(|rt| twice(rt, 4)) {
        Ok(n) => println!("{n}"),
        Err(error) => println!("{error:?}"),
    };
    take();
    let guard = OCamlRuntime::init().expect("it starts");
    take();
    thread::spawn(take).join().expect("it does not panic");
    OCamlRuntime::with_domain_lock(|_| take());
    let domain = OCamlRuntime::with_domain_lock(|rt| rt.domain());
    let there = OCamlRuntime::run_in_domain(&domain, |rt| twice(rt, 5));
    println!("{there:?}");
    let there = thread::spawn({
        let domain = domain.clone();
        move || OCamlRuntime::run_in_domain(&domain, |rt| twice(rt, 6))
    });
    println!("{:?}", there.join().expect("it does not panic"));
    drop(guard);
    take();
    let there = catch_unwind(|| OCamlRuntime::run_in_domain(&domain, |rt| twice(rt, 7)));
    println!("after the end: {}", there.is_err());
}

fn initialiser() {
    match OCamlRuntime::init() {
        Ok(_guard) => println!("started"),
        Err(error) => {
            println!("{error}");
            println!("{}", OCamlRuntime::init().expect_err("failed before"));
            println!("{}", panic_of(|| OCamlRuntime::with_domain_lock(|_| ())));
            println!("held: {}", OCamlRuntime::is_held());
        }
    }
}

fn at_exit() {
    let guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("registered first");
    at_exit_print("registered last");
    print_by_ocaml("not flushed before; ");
    println!("Rust goes on");
    drop(guard);
    println!("after the guard");
}

fn at_exit_raises() {
    let _guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("registered first");
    OCamlRuntime::with_domain_lock(|rt| {
        for message in ["one", "two"] {
            let message = text(rt, message);
            functions::at_exit_raise(rt, &message);
        }
    });
    at_exit_print("registered last");
}

fn at_exit_thread() {
    let _guard = OCamlRuntime::init().expect("it starts");
    OCamlRuntime::with_domain_lock(|rt| {
        let unit = unit(rt);
        functions::at_exit_thread(rt, &unit);
    });
}

fn after_end() {
    drop(OCamlRuntime::init().expect("it starts"));
    println!("{}", panic_of(|| OCamlRuntime::with_domain_lock(|_| ())));
    let elsewhere = thread::spawn(|| panic_of(|| OCamlRuntime::with_domain_lock(|_| ())));
    println!("{}", elsewhere.join().expect("no panic"));
    println!("held: {}", OCamlRuntime::is_held());
}

thread_local! {
    static KEPT: RefCell<Option<BoxRoot<String>>> = const { RefCell::new(None) };
}

fn roots_after_end() {
    let guard = OCamlRuntime::init().expect("it starts");
    let roots: Vec<BoxRoot<String>> = OCamlRuntime::with_domain_lock(|rt| {
        (0..3000).map(|i| format!("root {i}").to_boxroot(rt)).collect()
    });
    KEPT.set(OCamlRuntime::with_domain_lock(|rt| Some(text(rt, "kept"))));
    drop(guard);
    let (here, there): (Vec<_>, Vec<_>) =
        roots.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let dropping = thread::spawn(move || drop(there));
    drop(here);
    dropping.join().expect("no panic");
    println!("dropped");
}

fn panic_in_main() {
    let _noisy = Noisy("before the guard");
    let _guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    let _noisy = Noisy("after the guard");
    OCamlRuntime::with_domain_lock(|rt| {
        let _root = text(rt, "a root");
        panic!("in main");
    })
}

fn panic_with_exception() {
    let _guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    OCamlRuntime::with_domain_lock(|rt| {
        let n = (1i64 << 40).to_boxroot(rt);
        // A `Stack_overflow`, or whatever it raises, is a value here …
        assert!(functions::deep(rt, &n).is_err());
        let message = text(rt, "nobody catches it");
        // … and this panics, since nobody looks at it.
        functions::fail(rt, &message).expect("it fails");
    });
}

fn process_exit() {
    let _noisy = Noisy("never");
    let _guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    print_by_ocaml("lost");
    exit(4);
}

fn runtime_exit() {
    let _noisy = Noisy("never");
    let _guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    print!("by Rust; ");
    OCamlRuntime::with_domain_lock(|rt| rt.exit(4));
}

fn ocaml_exit() {
    let _noisy = Noisy("never");
    let _guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    print!("a line that Rust has not ended; ");
    OCamlRuntime::with_domain_lock(|rt| {
        let code = 5i64.to_boxroot(rt);
        functions::exit(rt, &code);
    });
    unreachable!("OCaml's exit does not return");
}

fn drop_while_held() {
    let guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    println!("{}", panic_of(|| OCamlRuntime::with_domain_lock(move |_| drop(guard))));
    println!("{}", OCamlRuntime::with_domain_lock(|rt| twice(rt, 4)));
}

fn panic_while_held() {
    let guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    let message = panic_of(|| {
        OCamlRuntime::with_domain_lock(move |_| {
            let _guard = guard;
            panic!("the first panic");
        })
    });
    println!("{message}");
}

fn forgotten_guard() {
    std::mem::forget(OCamlRuntime::init().expect("it starts"));
    at_exit_print("at_exit");
    println!("{}", OCamlRuntime::with_domain_lock(|rt| twice(rt, 4)));
}

fn other_domain() {
    let guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    OCamlRuntime::with_domain_lock(|rt| {
        let unit = unit(rt);
        functions::busy_domain(rt, &unit);
    });
    // The other domain collects while this thread is outside OCaml.
    thread::sleep(Duration::from_millis(200));
    drop(guard);
    thread::sleep(Duration::from_millis(200));
    println!("after the guard");
}

fn domain_in_rust() {
    let guard = OCamlRuntime::init().expect("it starts");
    OCamlRuntime::with_domain_lock(|rt| {
        let seconds = 0.3f64.to_boxroot(rt);
        functions::domain_in_rust(rt, &seconds);
    });
    thread::sleep(Duration::from_millis(100));
    drop(guard);
    println!("after the guard");
    thread::sleep(Duration::from_millis(600));
}

fn thread_inside() {
    let guard = OCamlRuntime::init().expect("it starts");
    let (inside, wait) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let worker = thread::spawn(move || {
        OCamlRuntime::with_domain_lock(|rt| {
            let root: BoxRoot<OCamlInt> = 20i64.to_boxroot(rt);
            inside.send(()).expect("main waits");
            rt.releasing_runtime(move || may_go_on.recv().expect("main sends"));
            functions::twice(rt, &root).to_rust::<i64>(rt)
        })
    });
    wait.recv().expect("the worker sends");
    at_exit_print("at_exit");
    drop(guard);
    println!("after the guard");
    go_on.send(()).expect("the worker waits");
    println!("{}", worker.join().expect("no panic"));
}

fn ocaml_thread() {
    let guard = OCamlRuntime::init().expect("it starts");
    OCamlRuntime::with_domain_lock(|rt| {
        let seconds = 0.2f64.to_boxroot(rt);
        functions::sleeping_thread(rt, &seconds);
    });
    drop(guard);
    println!("after the guard");
    thread::sleep(Duration::from_millis(600));
}

fn threads() {
    let guard = OCamlRuntime::init().expect("it starts");
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            thread::spawn(move || {
                (0..200)
                    .map(|i| OCamlRuntime::with_domain_lock(|rt| twice(rt, worker + i)))
                    .sum::<i64>()
            })
        })
        .collect();
    // The main thread does not hold the lock, whatever it does.
    let sum: i64 = workers.into_iter().map(|worker| worker.join().expect("no panic")).sum();
    println!("{sum}");
    drop(guard);
}

fn starter_ends() {
    let id = thread::spawn(|| {
        OCamlRuntime::init_persistent().expect("it starts");
        OCamlRuntime::with_domain_lock(|rt| {
            let unit = unit(rt);
            functions::thread_id(rt, &unit).to_rust::<i64>(rt)
        })
    });
    println!("started by OCaml's thread {}", id.join().expect("no panic"));
    let root = OCamlRuntime::with_domain_lock(|rt| text(rt, "still there"));
    for _ in 0..20 {
        let worker = thread::spawn(|| {
            compact();
            OCamlRuntime::with_domain_lock(|rt| twice(rt, 1))
        });
        assert_eq!(worker.join().expect("no panic"), 2);
        compact();
    }
    println!("{}", OCamlRuntime::with_domain_lock(|rt| root.to_rust::<String>(rt)));
}

fn init_on_thread() {
    let worker = thread::spawn(|| {
        let _guard = OCamlRuntime::init().expect("it starts");
        at_exit_print("at_exit");
    });
    worker.join().expect("no panic");
    println!("{}", panic_of(|| OCamlRuntime::with_domain_lock(|_| ())));
}

fn deep_recursion() {
    let _guard = OCamlRuntime::init().expect("it starts");
    OCamlRuntime::with_domain_lock(|rt| {
        let n = (1i64 << 40).to_boxroot(rt);
        match functions::deep(rt, &n) {
            Ok(_) => println!("it returned"),
            Err(exception) => println!("{}", exception.message(rt)),
        }
        println!("{}", twice(rt, 4));
    });
}

fn rust_stack_overflow() {
    fn recurse(n: u64) -> u64 {
        let frame = std::hint::black_box([n; 64]);
        if n == 0 { 0 } else { recurse(n - 1) + std::hint::black_box(frame)[3] }
    }
    let _guard = OCamlRuntime::init().expect("it starts");
    println!("{}", recurse(1 << 40));
}

fn shutdown() {
    let guard = OCamlRuntime::init().expect("it starts");
    at_exit_print("at_exit");
    let worker = thread::spawn(|| {
        OCamlRuntime::with_domain_lock(|rt| (text(rt, "of a worker"), twice(rt, 4)))
    });
    let (theirs, eight) = worker.join().expect("no panic");
    println!("{eight}");
    let mine = OCamlRuntime::with_domain_lock(|rt| text(rt, "mine"));
    KEPT.set(OCamlRuntime::with_domain_lock(|rt| Some(text(rt, "kept"))));
    let owned = OCamlRuntime::with_domain_lock(|rt| {
        let owned: BoxRoot<DynBox<Noisy>> = DynBox::new(Noisy("what OCaml owned")).to_boxroot(rt);
        owned
    });
    // SAFETY: the only other thread has ended, there is one domain, and no OCaml value's memory is in use.
    unsafe { guard.shutdown() };
    println!("held: {}", OCamlRuntime::is_held());
    println!("{}", panic_of(|| OCamlRuntime::with_domain_lock(|_| ())));
    println!("{}", panic_of(|| drop(mine.clone())));
    println!("{}", OCamlRuntime::init().expect_err("ended"));
    drop((mine, owned));
    thread::spawn(move || drop(theirs)).join().expect("no panic");
    println!("dropped");
}

fn persistent() {
    let starters: Vec<_> = (0..8)
        .map(|i| {
            thread::spawn(move || {
                OCamlRuntime::init_persistent().expect("it starts");
                OCamlRuntime::with_domain_lock(|rt| twice(rt, i))
            })
        })
        .collect();
    let sum: i64 = starters.into_iter().map(|starter| starter.join().expect("no panic")).sum();
    println!("{sum}");
}
