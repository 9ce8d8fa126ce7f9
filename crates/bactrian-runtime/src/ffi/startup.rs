//! The part of `caml/callback.h` that starts and ends the runtime.

use super::mlvalues::RawOCaml;
use super::optional::optional_symbol;
use core::ffi::c_char;
use core::sync::atomic::AtomicUsize;

/// `value caml_startup_exn(char_os ** argv)`
pub type Startup = unsafe extern "C" fn(*const *const c_char) -> RawOCaml;

unsafe extern "C" {
    /// Runs `at_exit` functions and frees the runtime.
    pub fn caml_shutdown();
    /// Prints on stderr where the exception that was raised last comes from.
    pub fn caml_print_exception_backtrace();
    /// Where the minor heaps are; 0 before the runtime has started.
    pub static caml_minor_heaps_start: AtomicUsize;
}

/// What starts the runtime and runs the program's OCaml modules. A program that OCaml starts may have none: in bytecode it is part
/// of what `-output-obj` makes.
pub fn caml_startup_exn() -> Option<Startup> {
    let address = optional_symbol!(caml_startup_exn);
    // SAFETY: 0 is `None`; else the address is that of a function of this type.
    unsafe { core::mem::transmute::<usize, Option<Startup>>(address) }
}
