//! Running the OCaml program that reads interfaces.

use super::interface::{self, Interface};
use super::sexp;
use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The program; what is for other versions of OCaml stands between `(*<5.4:` and `*)`.
const READER: &str = include_str!("reader.ml");

/// What the reader exits with when the mistake is the user's.
const MISTAKE: i32 = 3;

/// Where interfaces are looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Folders of other interfaces.
    pub folders: Vec<PathBuf>,
    /// Modules that are open.
    pub open: Vec<String>,
}

/// Reads an interface.
///
/// # Errors
/// When there is no OCaml, or the file is no interface that it reads.
pub fn read(file: &Path, search: &Search) -> Result<Interface> {
    let endings = ["cmi", "cmti", "cmt", "mli"];
    if !file.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
        return Err(Error::new(format!(
            "{} is no interface: its name ends in none of .mli, .cmti, .cmt and .cmi",
            file.display()
        )));
    }
    std::fs::metadata(file).map_err(|error| Error::io("read", file, &error))?;
    let version = run(Command::new("ocaml").arg("-vnum"))?;
    let script = Script::new(&source(&String::from_utf8_lossy(&version.stdout)))?;
    let mut command = Command::new("ocaml");
    // `ocaml` would read this file first.
    command.args(["-noinit", "-w", "-a", "-I", "+compiler-libs", "ocamlcommon.cma"]).arg(&script.0);
    for folder in &search.folders {
        command.args([OsStr::new("-I"), folder.as_os_str()]);
    }
    for module in &search.open {
        command.args(["-open", module]);
    }
    let output = run(command.arg(file))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(MISTAKE) {
        return Err(Error::new(errors.trim()));
    }
    if !output.status.success() {
        return Err(Error::new(format!(
            "`ocaml` cannot run the program that reads interfaces; it needs the compiler's libraries (the package \
             libcompiler-libs-ocaml-dev of Debian; opam's OCaml has them). It says:\n{}",
            errors.trim()
        )));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    interface::interface(&sexp::parse(&text)?)
}

fn run(command: &mut Command) -> Result<Output> {
    command.output().map_err(|error| {
        Error::new(format!(
            "cannot run `ocaml`, which reads interfaces ({error}): is OCaml on PATH?"
        ))
    })
}

/// The program for a version of OCaml, such as `5.4.1`.
fn source(version: &str) -> String {
    let mut numbers = version.trim().split(['.', '+', '~']).map(|part| part.parse().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version >= (5, 4) {
        return READER.to_owned();
    }
    let other = |text: &str| {
        let (before, rest) = text.split_once("(*<5.4:")?;
        let (old, rest) = rest.split_once("*)")?;
        let (_, after) = rest.split_once("(*>*)")?;
        Some(format!("{before}{old}{after}"))
    };
    other(READER).unwrap_or_else(|| READER.to_owned())
}

/// A file that is there while it is run.
struct Script(PathBuf);

impl Script {
    fn new(text: &str) -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bactrian-imports-{}-{number}.ml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .map_err(|error| Error::io("write", &path, &error))?;
        Ok(Script(path))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_versions_have_another_program() {
        let (old, new) = (source("5.2.0\n"), source("5.4.1\n"));
        assert!(old.contains("let components types = types"));
        assert!(!old.contains("(*<5.4:"));
        assert!(new.contains("let components types = List.map snd types"));
        assert_eq!(source("5.10.0+trunk"), new);
    }
}
