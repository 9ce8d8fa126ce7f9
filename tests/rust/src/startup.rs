//! What `OCamlRuntime::init` says in a program that OCaml started, and what is left at its end.

use bactrian::*;
use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

#[export]
fn u_init() -> Result<(), String> {
    let _guard = OCamlRuntime::init()?;
    Ok(())
}

#[export]
fn u_init_persistent() -> Result<(), String> {
    OCamlRuntime::init_persistent()?;
    Ok(())
}

/// The same on a thread that does not hold the lock, which uses OCaml then.
#[export]
fn u_on_thread(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>) -> (String, i64) {
    rt.releasing_runtime(move || {
        let thread = std::thread::spawn(move || {
            let error = match OCamlRuntime::init() {
                Ok(_) => "it started".to_owned(),
                Err(error) => error.to_string(),
            };
            OCamlRuntime::init_persistent().expect("it runs");
            OCamlRuntime::with_domain_lock(|rt| (error, f.call(rt, (20,)).expect("it returns")))
        });
        thread.join().expect("no panic")
    })
}

/// Prints without the end of a line.
#[export]
fn u_print(text: &str) {
    print!("{text}");
}

thread_local! {
    static KEPT: RefCell<Vec<BoxRoot<String>>> = const { RefCell::new(Vec::new()) };
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}
static ROOTS: Mutex<Vec<BoxRoot<String>>> = Mutex::new(Vec::new());

/// The destructors of the main thread's variables run after OCaml's end: this one lets a thread that has used OCaml end, and
/// waits for it.
struct Last {
    go_on: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Last {
    fn drop(&mut self) {
        drop(self.go_on.take());
        self.thread.take().map(JoinHandle::join);
    }
}

/// Leaves roots in statics and thread-locals, and, if so, a thread that ends after OCaml has.
#[export]
fn u_leave_things(rt: &mut OCamlRuntime, thread_too: bool) {
    let roots = |rt: &mut OCamlRuntime| -> Vec<BoxRoot<String>> {
        (0..1000).map(|i| format!("left {i}").to_boxroot(rt)).collect()
    };
    KEPT.set(roots(rt));
    *ROOTS.lock().expect("not poisoned") = roots(rt);
    if thread_too {
        let (used, wait) = channel();
        let (go_on, may_go_on) = channel::<()>();
        let thread = std::thread::spawn(move || {
            let kept = OCamlRuntime::with_domain_lock(roots);
            used.send(()).expect("somebody waits");
            let _ = may_go_on.recv();
            drop(kept);
        });
        rt.releasing_runtime(move || wait.recv().expect("the thread sends"));
        LAST.set(Some(Last { go_on: Some(go_on), thread: Some(thread) }));
    }
}
