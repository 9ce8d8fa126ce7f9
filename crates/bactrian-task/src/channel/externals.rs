//! The `external`s of channels.

use super::ocaml::{AnySender, Owned};
use crate::externals::UNIT;
use bactrian_runtime::__private::{shim, val_int};
use bactrian_runtime::{DynBox, OCaml, OCamlException, OCamlExn, OCamlRuntime, RawOCaml};
use std::sync::Arc;

/// The sender in a word that Rust made.
///
/// # Safety
/// `word` must be live.
unsafe fn sender(
    rt: &mut OCamlRuntime,
    function: &'static str,
    word: RawOCaml,
) -> Result<Arc<dyn AnySender>, OCamlException> {
    // SAFETY: passed on; what is in it is checked.
    let owned = unsafe { shim::owned::<DynBox<Owned>>(rt, function, "sender", word) }?;
    let sender = owned.borrow().map(|sender| Arc::clone(&sender));
    sender.map_err(|error| OCamlException::invalid_argument(rt, &format!("{function}: {error}")))
}

/// `try_send : owned -> 'a -> bool`. `false`: it is full.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_channel_try_send(owned: RawOCaml, value: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame; reading the sender allocates nothing in OCaml, so the value is still live.
    unsafe {
        shim::call_with_runtime("Bactrian.Channel.try_send", |rt: &mut OCamlRuntime| {
            let sender = sender(rt, "Bactrian.Channel.try_send", owned)?;
            sender.try_send(rt, value).map(|sent| val_int(i64::from(sent)))
        })
    }
}

/// `send : owned -> 'a -> unit Bactrian.Future.t`.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_channel_send(owned: RawOCaml, value: RawOCaml) -> RawOCaml {
    // SAFETY: as above.
    unsafe {
        shim::call_with_runtime("Bactrian.Channel.send", |rt: &mut OCamlRuntime| {
            sender(rt, "Bactrian.Channel.send", owned)?.send(rt, value)
        })
    }
}

/// `close : owned -> unit`.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_channel_close(owned: RawOCaml) -> RawOCaml {
    // SAFETY: as above.
    unsafe {
        shim::call_with_runtime("Bactrian.Channel.close", |rt: &mut OCamlRuntime| {
            sender(rt, "Bactrian.Channel.close", owned)?.close();
            Ok(UNIT)
        })
    }
}

/// `fail : owned -> exn -> unit`.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_channel_fail(owned: RawOCaml, exception: RawOCaml) -> RawOCaml {
    // SAFETY: as above.
    unsafe {
        shim::call_with_runtime("Bactrian.Channel.fail", |rt: &mut OCamlRuntime| {
            let exception = OCamlException::new(OCaml::<OCamlExn>::from_raw(exception));
            sender(rt, "Bactrian.Channel.fail", owned)?.fail(exception);
            Ok(UNIT)
        })
    }
}
