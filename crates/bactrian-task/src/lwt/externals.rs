//! The `external`s of `bactrian-lwt`.

use super::{INSTALLED, LOOP, NONE};
use crate::executor::Executor;
use crate::slab::Key;
use bactrian_runtime::__private::{shim, val_int};
use bactrian_runtime::{OCaml, OCamlException, OCamlInt, OCamlRuntime, RawOCaml};
use core::sync::atomic::Ordering;
use std::sync::Arc;

const UNIT: RawOCaml = 1;

/// Runs `body` with the executor of this domain, if it has one.
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
            if let Some(executor) = Executor::existing(rt) {
                executor.note_awake(rt);
                body(rt, executor)?;
            }
            Ok(UNIT)
        })
    }
}

/// The key in a word that OCaml kept for us.
///
/// # Safety
/// `word` must be an OCaml `int`.
unsafe fn key(word: RawOCaml) -> Option<Key> {
    // SAFETY: passed on; an immediate is always live.
    let bits: i64 = unsafe { OCaml::<OCamlInt>::from_raw(word) }.to_rust();
    Key::from_bits(bits as u64)
}

/// `install : unit -> unit`: the library is linked.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_install(_: RawOCaml) -> RawOCaml {
    INSTALLED.store(true, Ordering::Relaxed);
    UNIT
}

/// `tick : unit -> unit`: the descriptor is readable.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_tick(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        with_executor("bactrian_lwt_tick", |rt, executor| {
            executor.poll_reactor();
            executor.tick(rt)
        })
    }
}

/// `turn : unit -> unit`: there is work at hand, without a look at the descriptor.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_turn(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe { with_executor("bactrian_lwt_turn", |rt, executor| executor.tick(rt)) }
}

/// `due : unit -> bool`, noalloc: is there work at hand? If not, the caller goes to sleep.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_due(_: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml calls with the lock held, and the handle only reads.
    let rt = unsafe { OCamlRuntime::recover() };
    val_int(i64::from(Executor::existing(&rt).is_some_and(|executor| executor.due(&rt))))
}

/// `orphan : unit -> bool`, noalloc: is there an executor of this domain that the host does not watch?
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_orphan(_: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml calls with the lock held, and the handle only reads.
    let rt = unsafe { OCamlRuntime::recover() };
    // SAFETY: the lock is held.
    let orphan =
        Executor::existing(&rt).is_some_and(|executor| unsafe { !executor.local().attached });
    val_int(i64::from(orphan))
}

/// `adopt : unit -> unit`: the host is to watch this domain's executor.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_adopt(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        with_executor("bactrian_lwt_adopt", |rt, executor| {
            super::attach_if_possible(rt, &executor);
            Ok(())
        })
    }
}

/// `cancel : int -> unit`: OCaml has cancelled the promise of a task.
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

/// `wake : int -> unit`: a promise that Rust waits for is settled.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_wake(word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        with_executor("bactrian_lwt_wake", |_, executor| {
            // The waker is called outside the borrow.
            let waker = key(word).and_then(|key| executor.local().waits.get_mut(key)?.take());
            if let Some(waker) = waker {
                waker.wake();
            }
            Ok(())
        })
    }
}

/// `shutdown : unit -> unit`: the program ends; waiting tasks are dropped, and their promises rejected.
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

/// `close : unit -> unit`: the domain that Lwt runs on ends.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_lwt_close(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        with_executor("bactrian_lwt_close", |rt, executor| {
            executor.close(rt);
            let _ =
                LOOP.compare_exchange(executor.domain(), NONE, Ordering::AcqRel, Ordering::Relaxed);
            Ok(())
        })
    }
}
