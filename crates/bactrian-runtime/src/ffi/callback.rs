//! `caml/callback.h`: calls into OCaml, in the form that returns exceptions.

use super::mlvalues::RawOCaml;
use core::ffi::{c_char, c_int};

unsafe extern "C" {
    /// One argument.
    pub fn caml_callback_exn(closure: RawOCaml, a: RawOCaml) -> RawOCaml;
    /// Two arguments.
    pub fn caml_callback2_exn(closure: RawOCaml, a: RawOCaml, b: RawOCaml) -> RawOCaml;
    /// Three arguments.
    pub fn caml_callback3_exn(closure: RawOCaml, a: RawOCaml, b: RawOCaml, c: RawOCaml)
    -> RawOCaml;
    /// Any number of arguments.
    pub fn caml_callbackN_exn(closure: RawOCaml, count: c_int, args: *mut RawOCaml) -> RawOCaml;
    /// The address of what was given to `Callback.register`, for ever the same, or null.
    pub fn caml_named_value(name: *const c_char) -> *const RawOCaml;
}
