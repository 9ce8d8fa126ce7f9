//! The `external`s of `bactrian-lwt`.

use super::host::{self, Errand};
use crate::executor::Executor;
use crate::externals::{UNIT, key};
use crate::fork;
use crate::thread::ThreadId;
use bactrian_runtime::__private::{shim, val_int};
use bactrian_runtime::{OCamlException, OCamlRuntime, RawOCaml};
use std::sync::Arc;

/// Runs `body` with the executor of this domain, if it has one that can be used. `false`: it has none.
///
/// # Safety
/// As for [`shim::call_with_runtime`].
unsafe fn with_executor(
    external: &'static str,
    body: impl FnOnce(&mut OCamlRuntime, Arc<Executor>) -> Result<(), OCamlException>,
) -> RawOCaml {
    // SAFETY: passed on.
    unsafe {
        shim::call_with_runtime(external, |rt: &mut OCamlRuntime| {
            let executor = Executor::existing(rt).filter(|executor| !executor.is_gone());
            let usable = executor.filter(|_| !fork::is_child());
            let found = usable.is_some();
            if let Some(executor) = usable {
                body(rt, executor)?;
            }
            Ok(val_int(i64::from(found)))
        })
    }
}

/// Polls what is due, on the thread that may.
fn tick(rt: &mut OCamlRuntime, executor: &Arc<Executor>) -> Result<(), OCamlException> {
    if executor.host_thread(rt) != ThreadId::current() {
        host::adopt(rt, executor)?;
    }
    executor.tick(rt)
}

/// `install : unit -> unit`: the library is linked.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_install(_: RawOCaml) -> RawOCaml {
    host::installed();
    UNIT
}

/// `tick : unit -> bool`: the descriptor is readable. `false`: it is not to be watched any more.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_tick(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        with_executor("bactrian_lwt_tick", |rt, executor| {
            executor.poll_reactor(rt);
            tick(rt, &executor)
        })
    }
}

/// `turn : unit -> bool`: there is work at hand, without a look at the descriptor.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_turn(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe { with_executor("bactrian_lwt_turn", |rt, executor| tick(rt, &executor)) }
}

/// `errand : unit -> int`, noalloc: what is to be done before the loop sleeps: 0: nothing; 1: `turn`; 2: `adopt`.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_errand(_: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml calls with the lock held, and the handle only reads.
    let rt = unsafe { OCamlRuntime::recover() };
    val_int(match host::errand(&rt) {
        Errand::Nothing => 0,
        Errand::Turn => 1,
        Errand::Adopt => 2,
    })
}

/// `adopt : unit -> bool`: the loop of this thread is to serve this domain's executor.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_adopt(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe { with_executor("bactrian_lwt_adopt", |rt, executor| host::adopt(rt, &executor)) }
}

/// `cancel : int -> bool`: OCaml has cancelled the promise of a task.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_cancel(word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        with_executor("bactrian_lwt_cancel", |rt, executor| {
            if let Some(key) = key(word) {
                executor.cancel(rt, key);
            }
            Ok(())
        })
    }
}

/// `wake : int -> bool`: a promise that Rust waits for is settled.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_wake(word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        with_executor("bactrian_lwt_wake", |rt, executor| {
            let Some(key) = key(word) else { return Ok(()) };
            executor.wake(rt, key);
            Ok(())
        })
    }
}

/// `shutdown : unit -> bool`: the program ends; waiting tasks are dropped, and their promises rejected.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_shutdown(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        with_executor("bactrian_lwt_shutdown", |rt, executor| {
            executor.cancel_all(rt);
            Ok(())
        })
    }
}
