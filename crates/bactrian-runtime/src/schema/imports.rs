//! Is every OCaml function registered that Rust calls?

use super::Entry;
use crate::exception::OCamlException;
use crate::ffi::mlvalues::{RawOCaml, UNIT};
use crate::ffi::section;
use crate::runtime::OCamlRuntime;
use crate::shim;
use crate::value::OCaml;
use bactrian_schema::{entries, model, names};

/// Keeps the section in every program, so that it has ends, and says what wrote it.
const LIBRARY: Entry =
    Entry::Library { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__bactrian"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "bactrian_schema"))]
static ENTRY: [u8; LIBRARY.size()] = LIBRARY.bytes();

/// `external check_imports : string -> unit = "bactrian_check_imports"`: what generated code calls when it has
/// registered the functions that the crate of this name imports.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_check_imports(library: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame, and the word is a live string.
    unsafe {
        shim::call("bactrian_check_imports", |rt: &mut OCamlRuntime| {
            let library: String = OCaml::<String>::from_raw(library).to_rust();
            match check(rt, &library) {
                Ok(()) => Ok(UNIT),
                Err(message) => Err(OCamlException::failure(rt, &message)),
            }
        })
    }
}

/// Looks for each import of the crate that has the path of an OCaml value for its name.
fn check(rt: &OCamlRuntime, library: &str) -> Result<(), String> {
    let mut missing = Vec::new();
    for entry in entries(section::schema()) {
        let entry = entry.map_err(|error| format!("Bactrian: {error}"))?;
        if !entry.is_import() {
            continue;
        }
        let entry = entry.decode().map_err(|error| format!("Bactrian: {error}"))?;
        if let model::Entry::Import(import) = entry
            && import.item.crate_name() == library
            && names::value_path(&import.registered).is_some()
            && !crate::named::is_registered(rt, &import.registered)
        {
            missing.push(format!("{}, which is {}", import.registered, import.item.origin));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    missing.sort();
    Err(format!(
        "the bindings of the Rust crate {library} are older than the library that is linked: Rust calls OCaml functions that \
         they do not register ({}); run `bactrian bindings` again",
        missing.join("; ")
    ))
}
