//! The `external`s of `bactrian.future`.

use super::affinity::Threads;
use super::export::export;
use super::host;
use super::sleep::Sleep;
use crate::executor::Executor;
use crate::externals::{UNIT, int, on_domain};
use crate::fork;
use crate::sleepers::{self, SleeperKey};
use bactrian_runtime::__private::{shim, val_int};
use bactrian_runtime::{OCaml, OCamlException, OCamlFloat, OCamlRuntime, RawOCaml};
use core::time::Duration;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Instant;

/// Longer times are no different.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// # Safety
/// `word` must be an OCaml `int`.
unsafe fn sleeper_key(word: RawOCaml) -> SleeperKey {
    // SAFETY: passed on.
    SleeperKey::from_bits(unsafe { int(word) } as u64)
}

/// The executor of this domain, or the exception to raise.
fn executor(rt: &mut OCamlRuntime, who: &str) -> Result<Arc<Executor>, OCamlException> {
    host::served(rt, who).map_err(|message| OCamlException::failure(rt, &message))
}

/// `install : unit -> unit`: the library is linked.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_install(_: RawOCaml) -> RawOCaml {
    host::installed();
    UNIT
}

/// `sleeper : unit -> int`: this thread is going to wait for something; the key of that.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_sleeper(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime("bactrian_future_sleeper", |rt: &mut OCamlRuntime| {
            let executor = executor(rt, "Bactrian.Future.await")?;
            let key = sleepers::register(executor.domain(), executor.bell.clone());
            Ok(val_int(key.to_bits() as i64))
        })
    }
}

/// `release : int -> unit`: it has happened.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_release(word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        shim::call_with_runtime("bactrian_future_release", |_: &mut OCamlRuntime| {
            if let Some(sleeper) = sleepers::find(sleeper_key(word)) {
                sleeper.release();
            }
            Ok(UNIT)
        })
    }
}

/// `wait : int -> bool`: a turn of this domain's executor, in which this thread sleeps; has it happened?
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_wait(word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        shim::call_with_runtime("bactrian_future_wait", |rt: &mut OCamlRuntime| {
            let Some(sleeper) = sleepers::find(sleeper_key(word)) else { return Ok(val_int(1)) };
            if !sleeper.is_released() {
                executor(rt, "Bactrian.Future.await")?.wait(rt, &sleeper)?;
            }
            Ok(val_int(i64::from(sleeper.is_released())))
        })
    }
}

/// `stop : int -> unit`: this thread waits no more.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_stop(word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word an int.
    unsafe {
        shim::call_with_runtime("bactrian_future_stop", |rt: &mut OCamlRuntime| {
            drop(sleepers::unregister(sleeper_key(word)));
            if let Some(executor) = Executor::existing(rt).filter(|_| !fork::is_child()) {
                executor.stop_waiting(rt);
            }
            Ok(UNIT)
        })
    }
}

/// `turn : unit -> unit`: what is due is done, if this thread may do it.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_turn(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime("bactrian_future_turn", |rt: &mut OCamlRuntime| {
            let usable = |executor: &Arc<Executor>| !executor.is_gone() && !fork::is_child();
            if let Some(executor) = Executor::existing(rt).filter(usable) {
                if executor.is_driver(rt) {
                    executor.poll_reactor(rt);
                }
                executor.turn(rt)?;
            }
            Ok(UNIT)
        })
    }
}

/// `cancel : int -> int -> unit`: a future of this domain was cancelled, and with it the task of this key.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_cancel(domain: RawOCaml, word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the words are ints.
    unsafe { on_domain("bactrian_future_cancel", domain, word, Executor::cancel) }
}

/// `wake : int -> int -> unit`: a future that Rust waits for, on this domain and with this key, is settled.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_wake(domain: RawOCaml, word: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the words are ints.
    unsafe { on_domain("bactrian_future_wake", domain, word, Executor::wake) }
}

/// `sleep : float -> unit Bactrian.Future.t`.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_sleep(seconds: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word a float, read before anything allocates.
    unsafe {
        let seconds: f64 = OCaml::<OCamlFloat>::from_raw(seconds).to_rust();
        shim::call_with_runtime("Bactrian.Future.sleep", |rt: &mut OCamlRuntime| {
            let duration = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST);
            let deadline = Instant::now() + duration.min(LONGEST);
            let sleep = Sleep::until(executor(rt, "Bactrian.Future.sleep")?, deadline);
            let convert = |slept: std::io::Result<()>, rt: &mut OCamlRuntime| match slept {
                Ok(()) => Ok(UNIT),
                Err(error) => {
                    Err(OCamlException::sys_error(rt, &format!("Bactrian.Future.sleep: {error}")))
                }
            };
            // `Sleep` is `Send`.
            export(rt, "Bactrian.Future.sleep", Threads::All, sleep, convert)
        })
    }
}

/// `attach : unit -> bool`: this thread is the host. `false`: it was.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_attach(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime(
            "bactrian_future_attach",
            |rt: &mut OCamlRuntime| match host::attach(rt) {
                Ok(new) => Ok(val_int(i64::from(new))),
                Err(message) => Err(OCamlException::failure(rt, &message)),
            },
        )
    }
}

/// `detach : unit -> unit`: this thread is the host no more.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_detach(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime("bactrian_future_detach", |rt: &mut OCamlRuntime| {
            host::detach(rt);
            Ok(UNIT)
        })
    }
}

/// `hosted : unit -> bool`: does a host drive this domain's executor?
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_hosted(_: RawOCaml) -> RawOCaml {
    // SAFETY: called by OCaml, with the lock held.
    let rt = unsafe { OCamlRuntime::recover() };
    val_int(i64::from(Executor::existing(&rt).is_some_and(|executor| executor.is_hosted(&rt))))
}

/// `suspends : bool -> unit`: whether a scheduler suspends the fibres of this thread.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_suspends(suspends: RawOCaml) -> RawOCaml {
    // SAFETY: the word is an int.
    host::set_suspends(unsafe { int(suspends) } != 0);
    UNIT
}

/// `everywhere : bool -> unit`: a scheduler that suspends the fibres of threads that it does not name begins, or ends.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_everywhere(begins: RawOCaml) -> RawOCaml {
    // SAFETY: the word is an int.
    host::set_everywhere(unsafe { int(begins) } != 0);
    UNIT
}

/// `descriptor : unit -> int`: of this domain's reactor.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_descriptor(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime("bactrian_future_descriptor", |rt: &mut OCamlRuntime| {
            let executor = executor(rt, "Bactrian_future.Host.descriptor")?;
            Ok(val_int(i64::from(executor.reactor().descriptor().as_raw_fd())))
        })
    }
}

/// `shutdown : unit -> unit`: the program ends; tasks that wait are dropped, and their futures settled.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_future_shutdown(_: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame.
    unsafe {
        shim::call_with_runtime("bactrian_future_shutdown", |rt: &mut OCamlRuntime| {
            if let Some(executor) = Executor::existing(rt).filter(|executor| !executor.is_gone()) {
                executor.cancel_all(rt);
            }
            Ok(UNIT)
        })
    }
}
