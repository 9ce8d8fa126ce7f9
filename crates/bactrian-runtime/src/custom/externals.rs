//! What `Bactrian.Rust_value` calls.

use super::block::{box_of, describe};
use super::callbacks::Borrowed;
use super::handle::finish;
use super::header::BoxPtr;
use crate::exception::OCamlException;
use crate::ffi::mlvalues::{FALSE, RawOCaml, TRUE, UNIT, val_int};
use crate::runtime::OCamlRuntime;
use crate::shim;
use crate::value::alloc_string;

/// The box of an argument.
///
/// # Safety
/// `raw` must be a live word.
unsafe fn expect(
    rt: &mut OCamlRuntime,
    function: &str,
    raw: RawOCaml,
) -> Result<BoxPtr, OCamlException> {
    // SAFETY: passed on.
    unsafe {
        match box_of(raw) {
            Some(boxed) if boxed.as_ref().kind().call.is_none() => Ok(boxed),
            _ => {
                let message = format!(
                    "Bactrian.Rust_value.{function}: expected a Rust value, but it is {}",
                    describe(raw)
                );
                Err(OCamlException::invalid_argument(rt, &message))
            }
        }
    }
}

/// `external close : 'a -> unit = "bactrian_value_close"`
///
/// # Safety
/// To be called by OCaml.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_value_close(raw: RawOCaml) -> RawOCaml {
    /// A closed box, to be dropped on another thread as far as the compiler knows.
    struct Closed(BoxPtr);
    // SAFETY: values of boxes are `Send`.
    unsafe impl Send for Closed {}
    impl Closed {
        /// Drops the value, and gives back the reference that closing took.
        fn drop_value(self) {
            struct Leave(BoxPtr);
            impl Drop for Leave {
                fn drop(&mut self) {
                    // SAFETY: the reference is given back, once.
                    unsafe { finish(self.0, self.0.as_ref().leave()) }
                }
            }
            let _leave = Leave(self.0);
            // SAFETY: whoever closed the box owns the value.
            unsafe {
                if let Some(drop_value) = self.0.as_ref().kind().drop_value {
                    drop_value(self.0);
                }
            }
        }
    }
    // SAFETY: OCaml passes a live word. A panic of the destructor is raised.
    unsafe {
        shim::call_with_runtime("Bactrian.Rust_value.close", |rt| {
            let boxed = expect(rt, "close", raw)?;
            if let Err(error) = boxed.as_ref().close() {
                let message = format!("Bactrian.Rust_value.close: {error}");
                return Err(OCamlException::invalid_argument(rt, &message));
            }
            let closed = Closed(boxed);
            rt.releasing_runtime(move || closed.drop_value());
            Ok(UNIT)
        })
    }
}

/// `external is_closed : 'a -> bool = "bactrian_value_is_closed"`
///
/// # Safety
/// To be called by OCaml.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_value_is_closed(raw: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml passes a live word.
    unsafe {
        shim::call("Bactrian.Rust_value.is_closed", |rt| {
            let boxed = expect(rt, "is_closed", raw)?;
            Ok(if boxed.as_ref().is_closed() { TRUE } else { FALSE })
        })
    }
}

/// `external type_name : 'a -> string = "bactrian_value_type_name"`
///
/// # Safety
/// To be called by OCaml.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_value_type_name(raw: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml passes a live word.
    unsafe {
        shim::call("Bactrian.Rust_value.type_name", |rt| {
            let name = (expect(rt, "type_name", raw)?.as_ref().kind().name)();
            Ok(alloc_string(name.as_bytes()))
        })
    }
}

/// `external show : 'a -> string = "bactrian_value_show"`
///
/// # Safety
/// To be called by OCaml.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_value_show(raw: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml passes a live word. The box is borrowed while it is shown, by a type that allows it.
    unsafe {
        shim::call("Bactrian.Rust_value.show", |rt| {
            let boxed = expect(rt, "show", raw)?;
            let kind = boxed.as_ref().kind();
            let name = (kind.name)();
            if boxed.as_ref().is_closed() {
                return Ok(alloc_string(format!("<{name}, closed>").as_bytes()));
            }
            let Some(show) = kind.show else {
                return Ok(alloc_string(format!("<{name}>").as_bytes()));
            };
            let shown = Borrowed::of(boxed).map(|_borrowed| show(boxed));
            match shown {
                Ok(text) => Ok(alloc_string(text.as_bytes())),
                Err(_) => Ok(alloc_string(format!("<{name}, in use>").as_bytes())),
            }
        })
    }
}

/// `external drain : unit -> int = "bactrian_value_drain"`
///
/// # Safety
/// To be called by OCaml.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_value_drain(_: RawOCaml) -> RawOCaml {
    // SAFETY: OCaml lends the lock.
    unsafe {
        shim::call_with_runtime("Bactrian.Rust_value.drain", |rt| {
            Ok(val_int(rt.drop_unreachable() as i64))
        })
    }
}
