//! What the scenarios share: the OCaml functions, and the Rust functions that OCaml calls.

use bactrian::{BoxRoot, OCamlFloat, OCamlFn, OCamlInt, OCamlRuntime, ToOCaml, ocaml};

/// The functions of `ocaml/functions.ml`.
#[allow(missing_docs)]
pub mod functions {
    use super::*;
    ocaml! {
        pub fn arguments(unit: ()) -> String;
        pub fn twice(n: OCamlInt) -> OCamlInt;
        pub fn print(text: String);
        pub fn at_exit_print(text: String);
        pub fn at_exit_raise(text: String);
        pub fn at_exit_thread(unit: ());
        pub fn fail(text: String) -> Result<(), OCamlException>;
        pub fn exit(code: OCamlInt);
        pub fn deep(n: OCamlInt) -> Result<OCamlInt, OCamlException>;
        pub fn busy_domain(unit: ());
        pub fn domain_in_rust(seconds: OCamlFloat);
        pub fn sleeping_thread(seconds: OCamlFloat);
        pub fn compact(unit: ());
        pub fn thread_id(unit: ()) -> OCamlInt;
    }
}

/// `twice n`, by OCaml.
pub fn twice(rt: &mut OCamlRuntime, n: i64) -> i64 {
    let n = n.to_boxroot(rt);
    functions::twice(rt, &n).to_rust(rt)
}

/// `()` as an argument.
pub fn unit(rt: &mut OCamlRuntime) -> BoxRoot<()> {
    ().to_boxroot(rt)
}

/// A string as an argument.
pub fn text(rt: &mut OCamlRuntime, s: &str) -> BoxRoot<String> {
    s.to_boxroot(rt)
}

/// `(unit -> string) -> string`: calls the function on a new thread of Rust's, and waits for it with the lock released.
#[bactrian::export(name = "driven_on_another_thread")]
fn on_another_thread(rt: &mut OCamlRuntime, f: OCamlFn<((),), String>) -> String {
    rt.releasing_runtime(move || {
        let thread = std::thread::spawn(move || {
            OCamlRuntime::with_domain_lock(|rt| f.call(rt, ((),)).expect("the function returns"))
        });
        thread.join().expect("the thread did not panic")
    })
}

/// Says when it wakes up.
struct Awake;

impl Drop for Awake {
    fn drop(&mut self) {
        println!("the Rust function finished");
    }
}

/// `float -> unit`
#[bactrian::export(name = "driven_sleep")]
fn sleep(rt: &mut OCamlRuntime, seconds: f64) {
    let _awake = Awake;
    rt.releasing_runtime(|| std::thread::sleep(std::time::Duration::from_secs_f64(seconds)));
}
