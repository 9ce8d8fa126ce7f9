//! The lock: released, and taken on a thread of Rust's.

use ocaml_interop::*;
use std::time::Duration;

mod ocaml_api {
    use ocaml_interop::*;

    ocaml! {
        pub fn parity_tick(unit: ()) -> OCamlInt;
    }
}

#[ocaml_interop::export]
fn parity_sleep(cr: &mut OCamlRuntime, milliseconds: OCaml<OCamlInt>) {
    let milliseconds: i64 = milliseconds.to_rust();
    cr.releasing_runtime(|| std::thread::sleep(Duration::from_millis(milliseconds as u64)));
}

#[ocaml_interop::export]
fn parity_ticks_from_threads(cr: &mut OCamlRuntime, threads: OCaml<OCamlInt>) -> OCaml<OCamlInt> {
    let threads: i64 = threads.to_rust();
    let last = cr.releasing_runtime(move || {
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                std::thread::spawn(|| {
                    OCamlRuntime::with_domain_lock(|cr: &mut OCamlRuntime| {
                        let tick: i64 = ocaml_api::parity_tick(cr, &OCaml::unit()).to_rust(cr);
                        tick
                    })
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).max().unwrap_or(0)
    });
    last.to_ocaml(cr)
}
