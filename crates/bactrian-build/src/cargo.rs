//! What is told to Cargo.

use crate::compiler::Compiler;
use crate::dune::Mode;
use std::path::{Path, PathBuf};

/// Variables that change which tools are used.
const VARIABLES: &[&str] = &[
    "AR",
    "BACTRIAN_DUNE",
    "BACTRIAN_MODE",
    "BACTRIAN_OCAMLC",
    "OCAMLFIND_CONF",
    "OCAMLPATH",
    "OPAM_SWITCH_PREFIX",
    "PATH",
];

/// The lines that link the archive, and what the runtime needs of the system.
///
/// The archive is linked whole: its units are found by OCaml's own tables, not by symbols that Rust mentions.
pub(crate) fn link(out_dir: &Path, archive: &str, compiler: &Compiler, mode: Mode) -> Vec<String> {
    let mut lines = vec![
        format!("cargo::rustc-link-search=native={}", out_dir.display()),
        format!("cargo::rustc-link-lib=static:+whole-archive={archive}"),
    ];
    for flag in compiler.system_libraries(mode) {
        lines.push(match (flag.strip_prefix("-l"), flag.strip_prefix("-L")) {
            (Some(library), _) => format!("cargo::rustc-link-lib={library}"),
            (_, Some(folder)) => format!("cargo::rustc-link-search=native={folder}"),
            _ => format!("cargo::rustc-link-arg={flag}"),
        });
    }
    lines
}

/// The lines that say when to run again. They are printed before the build, so that they hold when it fails.
pub(crate) fn watch(paths: &[PathBuf]) -> Vec<String> {
    let files = paths.iter().map(|path| format!("cargo::rerun-if-changed={}", path.display()));
    let variables = VARIABLES.iter().map(|name| format!("cargo::rerun-if-env-changed={name}"));
    files.chain(variables).collect()
}

/// What dune says of a build that succeeded.
pub(crate) fn warnings(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| format!("cargo::warning={line}")).collect()
}
