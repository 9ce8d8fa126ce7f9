//! What the OCaml library `bactrian` calls when it starts.

use crate::ffi::mlvalues::{RawOCaml, UNIT};

/// `external start : unit -> unit = "bactrian_start"`: installs the panic hook.
#[unsafe(no_mangle)]
extern "C" fn bactrian_start(_unit: RawOCaml) -> RawOCaml {
    crate::panic::install_hook();
    UNIT
}
