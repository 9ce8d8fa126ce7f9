//! `bactrian new`: a project that builds, tests and runs at once.

use crate::error::{Error, Result};
pub use crate::templates::Kind;
use crate::templates::format_dune;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Makes a project in a new folder, and returns the files' places in it.
///
/// `bactrian` is the repository of Bactrian, to which the project gets a link.
///
/// # Errors
/// When the name is none for both languages, the folder is there, or the repository is not.
pub fn create(folder: &Path, kind: Kind, bactrian: Option<&Path>) -> Result<Vec<String>> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    check_name(name)?;
    let bactrian = repository(bactrian)?;
    if folder.exists() {
        return Err(Error::new(format!("{} is there already", folder.display())));
    }
    check_place(folder, &bactrian)?;
    let mut written = Vec::new();
    for (path, text) in kind.files() {
        let path = kind.fill(path, name);
        let place = folder.join(&path);
        let parent = place.parent().unwrap_or(folder);
        let mut text = kind.fill(text, name);
        if matches!(place.file_name().and_then(|name| name.to_str()), Some("dune" | "dune-project"))
        {
            text = format_dune(text);
        }
        fs::create_dir_all(parent).map_err(|error| Error::io("make the folder", parent, &error))?;
        fs::write(&place, text).map_err(|error| Error::io("write", &place, &error))?;
        written.push(path);
    }
    // The versions that Bactrian itself is tested with, so that nothing has to be looked up.
    let (from, to) = (bactrian.join("Cargo.lock"), folder.join("Cargo.lock"));
    if from.exists() {
        fs::copy(&from, &to).map_err(|error| Error::io("write", &to, &error))?;
    }
    link(&bactrian, &folder.join("bactrian"))?;
    trim_lock(folder);
    Ok(written)
}

/// Lets Cargo take out of the lock file what the project does not use, so that the first build does not change it. Where Cargo
/// cannot do it without downloading, the first build does.
fn trim_lock(folder: &Path) {
    let _ = Command::new("cargo")
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// The repository that was given, or the one that this program was built from.
fn repository(given: Option<&Path>) -> Result<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let place = given.unwrap_or(&built);
    let is_one = place.join("crates/bactrian/Cargo.toml").exists();
    match place.canonicalize() {
        Ok(place) if is_one => Ok(place),
        _ => Err(Error::new(match given {
            Some(place) => format!("{} is no copy of Bactrian's repository", place.display()),
            None => "say where a copy of Bactrian's repository is, with --bactrian FOLDER: a project depends on it as long \
                     as Bactrian is in no registry"
                .to_owned(),
        })),
    }
}

/// The project gets a link to the repository, and dune refuses to go round in circles.
fn check_place(folder: &Path, bactrian: &Path) -> Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    match parent.ancestors().find_map(|parent| parent.canonicalize().ok()) {
        Some(parent) if parent.starts_with(bactrian) => Err(Error::new(format!(
            "{} is in Bactrian's repository, to which the project gets a link: choose a folder outside of {}",
            folder.display(),
            bactrian.display()
        ))),
        _ => Ok(()),
    }
}

/// The name is one of a package, a Rust crate, an OCaml file and a C symbol at once.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain {
        return Err(Error::new(format!(
            "`{name}` cannot be the name of a project: it is made of small letters, digits and `_`, and starts with a letter"
        )));
    }
    const RUST: &[&str] = &[
        "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum",
        "extern", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move",
        "mut", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
        "false", "type", "unsafe", "use", "where", "while",
    ];
    const TAKEN: &[&str] = &["bactrian", "test", "core", "std", "alloc", "tokio"];
    if RUST.contains(&name) || TAKEN.contains(&name) || bactrian_schema::names::is_keyword(name) {
        return Err(Error::new(format!(
            "`{name}` cannot be the name of a project: it means something else to Rust, OCaml or Bactrian"
        )));
    }
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, at).map_err(|error| Error::io("make the link", at, &error))
}

#[cfg(not(unix))]
fn link(_: &Path, at: &Path) -> Result<()> {
    Err(Error::new(format!("put a copy of Bactrian's repository to {}", at.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["hello", "a1", "list", "my_engine"] {
            assert_eq!(check_name(good), Ok(()));
        }
        for bad in ["", "Hello", "1st", "my-engine", "größe", "end", "async", "bactrian", "a b"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
