//! One static library for all: two would each bring their own Rust standard library.

use bactrian_c as _;
use bench_bactrian as _;
use bench_by_hand as _;
use bench_interop as _;
use bench_ocaml_rs as _;

use std::panic::{set_hook, take_hook};
use std::sync::atomic::{AtomicBool, Ordering};

type Word = isize;
const FALSE: Word = 1;

/// Replaces the hook that prints, so that the row `panic` measures unwinding and not printing.
#[unsafe(no_mangle)]
extern "C" fn bench_silence_panics(unit: Word) -> Word {
    set_hook(Box::new(|_| {}));
    unit
}

static RUN: AtomicBool = AtomicBool::new(false);

/// Makes the hook that the libraries have put there optional: one pays for its own, not for
/// another's.
#[unsafe(no_mangle)]
extern "C" fn bench_seal_panic_hook(unit: Word) -> Word {
    let hook = take_hook();
    set_hook(Box::new(move |info| {
        if RUN.load(Ordering::Relaxed) {
            hook(info);
        }
    }));
    unit
}

/// Whether it runs.
#[unsafe(no_mangle)]
extern "C" fn bench_run_panic_hook(run: Word) -> Word {
    RUN.store(run != FALSE, Ordering::Relaxed);
    1
}
