//! One static library for all: two would each bring their own Rust standard library.

use bench_bactrian as _;
use bench_by_hand as _;
use bench_interop as _;
use bench_ocaml_rs as _;

/// Replaces the process's panic hook by one that is silent, so that the `panic` row measures
/// unwinding and not the printing of messages.
///
/// The harness calls it after one call of ocaml-rs, whose own hook raises an OCaml exception
/// from inside the hook and would catch the panics of the others as well.
#[unsafe(no_mangle)]
pub extern "C" fn bench_silence_panics(unit: isize) -> isize {
    std::panic::set_hook(Box::new(|_| {}));
    unit
}
