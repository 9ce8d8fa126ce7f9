//! Panics on their way to OCaml.

use crate::conv::ConversionError;
use crate::exception::{OCamlException, any_root};
use crate::named::NamedValue;
use crate::runtime::OCamlRuntime;
use core::cell::RefCell;
use std::any::Any;
use std::panic::{resume_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Where the last panic of this thread happened: `src/lib.rs:12:5`.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Where the last panic of this thread happened, for those who make an exception of it later. Not for use by hand.
pub mod location {
    use super::LOCATION;

    /// Takes it out, so that a later panic does not change it.
    pub fn take() -> Option<String> {
        LOCATION.try_with(|place| place.take()).ok().flatten()
    }

    /// Puts it back, on the thread that makes the exception.
    pub fn put(location: Option<String>) {
        let _ = LOCATION.try_with(|place| place.replace(location));
    }
}

/// Makes panics leave their location where the exception is made. Called when the OCaml library `bactrian` starts.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            let location = info.location().map(ToString::to_string);
            // A thread that is being torn down has no place for it, and no exception to come.
            let _ = LOCATION.try_with(|place| {
                if let Ok(mut place) = place.try_borrow_mut() {
                    *place = location;
                }
            });
            previous(info);
        }));
    });
}

/// Unwinds to the nearest exported function with what it will raise. The panic hook is not called: nothing
/// has gone wrong yet that the program does not handle. On a thread where no exported function may be below, the
/// message is printed, as a panic's is.
pub(crate) fn throw<E: Any + Send + core::fmt::Display>(payload: E) -> ! {
    if crate::lock::is_foreign() {
        let thread = std::thread::current();
        eprintln!("thread '{}' unwinds: {payload}", thread.name().unwrap_or("<unnamed>"));
    }
    resume_unwind(Box::new(payload))
}

static RUST_PANIC: NamedValue = NamedValue::new(c"Bactrian.Rust_panic");

impl OCamlException {
    /// The exception that a panic becomes: itself when it carries one, `Invalid_argument` for a
    /// [`ConversionError`], else `Bactrian.Rust_panic (message, location)`.
    #[cold]
    #[inline(never)]
    pub fn from_panic(rt: &mut OCamlRuntime, payload: Box<dyn Any + Send>) -> Self {
        let payload = match payload.downcast::<OCamlException>() {
            Ok(exception) => return *exception,
            Err(payload) => payload,
        };
        if let Some(error) = payload.downcast_ref::<ConversionError>() {
            return Self::from_conversion(rt, error);
        }
        let message = payload
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic whose payload is not a string".to_owned());
        // A payload whose own destructor panics cannot be dropped safely.
        if std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| drop(payload))).is_err() {
            eprintln!("bactrian: the payload of a panic panicked when it was dropped");
        }
        let location = LOCATION.take().unwrap_or_else(|| "unknown location".to_owned());
        if RUST_PANIC.get(rt).is_none() {
            return Self::failure(rt, &format!("Rust panic: {message} ({location})"));
        }
        let message = any_root::<str, String>(rt, &message);
        let location = any_root::<str, String>(rt, &location);
        Self::registered(rt, &RUST_PANIC, [&message, &location])
    }
}
