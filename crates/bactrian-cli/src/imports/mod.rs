//! `bactrian imports`: from the interface of an OCaml module to Rust that calls it.

mod doc;
mod interface;
mod names;
mod print;
mod read;
mod sexp;
mod types;

use crate::error::{Error, Result};
use bactrian_schema::names as ocaml;
use std::path::Path;

pub use print::Style;
pub use read::Search;

/// A Rust file, and what could not be said in it.
#[derive(Debug)]
pub struct Generated {
    /// The file.
    pub text: String,
    /// What was left out and why, a sentence each.
    pub left_out: Vec<String>,
}

/// Generates the Rust file for the interface of a module, `.mli`, `.cmti`, `.cmt` or `.cmi`.
///
/// `module` is the path of the module where OCaml would not find it under the file's name.
///
/// # Errors
/// When the file cannot be read as such.
pub fn generate(
    file: &Path,
    module: Option<&str>,
    search: &Search,
    style: &Style,
) -> Result<Generated> {
    let mut interface = read::read(file, search)?;
    if let Some(module) = module {
        interface.name = module.to_owned();
    }
    if !ocaml::is_module_path(&interface.name) {
        return Err(Error::new(format!(
            "`{}` is not the path of an OCaml module, such as `Maths`: say which it is with --module",
            interface.name
        )));
    }
    let source = file.file_name().unwrap_or_default().to_string_lossy();
    let printed = print::print(&interface, &source, style);
    Ok(Generated { text: printed.text, left_out: printed.left_out })
}
