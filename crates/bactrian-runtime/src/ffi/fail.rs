//! `caml/fail.h`, `caml/printexc.h`, `caml/backtrace.h`.

use super::mlvalues::RawOCaml;
use core::ffi::c_char;

unsafe extern "C" {
    /// Jumps to the OCaml handler over every frame between.
    pub fn caml_raise(exception: RawOCaml) -> !;
    /// `Failure message`
    pub fn caml_exception_failure_value(message: RawOCaml) -> RawOCaml;
    /// `Invalid_argument message`
    pub fn caml_exception_invalid_argument_value(message: RawOCaml) -> RawOCaml;
    /// `Sys_error message`
    pub fn caml_exception_sys_error(message: RawOCaml) -> RawOCaml;
    /// `Out_of_memory`
    pub fn caml_exception_out_of_memory() -> RawOCaml;
    /// `Not_found`
    pub fn caml_exception_not_found() -> RawOCaml;
    /// `End_of_file`
    pub fn caml_exception_end_of_file() -> RawOCaml;
    /// The exception as text, to be freed by `caml_stat_free`.
    pub fn caml_format_exception(exception: RawOCaml) -> *mut c_char;
    /// The backtrace of the last exception, as a `Printexc.raw_backtrace`.
    pub fn caml_get_exception_raw_backtrace(unit: RawOCaml) -> RawOCaml;
    /// Makes a backtrace that of the exception that is about to be raised.
    pub fn caml_restore_raw_backtrace(exception: RawOCaml, backtrace: RawOCaml) -> RawOCaml;
}
