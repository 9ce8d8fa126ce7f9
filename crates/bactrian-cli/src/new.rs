//! `bactrian new`: a project that builds, tests and runs at once.

use crate::error::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Who starts whom, and how they wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An OCaml program that calls Rust.
    Direct,
    /// An OCaml program that awaits Rust under Lwt.
    Lwt,
    /// A Rust program with OCaml inside.
    RustDriven,
}

impl Kind {
    /// The commands that run and test such a project.
    pub fn commands(self) -> (&'static str, &'static str) {
        match self {
            Kind::Direct | Kind::Lwt => ("dune exec ./main.exe", "dune test"),
            Kind::RustDriven => ("cargo run", "cargo test"),
        }
    }

    /// The files, by their places.
    fn files(self) -> Vec<(&'static str, &'static str)> {
        let ocaml = [
            (".gitignore", include_str!("../templates/common/gitignore")),
            ("README.md", include_str!("../templates/ocaml/README.md")),
            ("dune", include_str!("../templates/ocaml/dune.txt")),
            ("dune-project", include_str!("../templates/ocaml/dune_project.txt")),
            ("rust/Cargo.toml", include_str!("../templates/ocaml/Cargo.txt")),
            ("rust/dune", include_str!("../templates/ocaml/rust_dune.txt")),
            ("test/dune", include_str!("../templates/ocaml/test_dune.txt")),
        ];
        let own: &[_] = match self {
            Kind::Direct => &[
                ("main.ml", include_str!("../templates/direct/main.ml")),
                ("rust/src/lib.rs", include_str!("../templates/direct/lib.rs")),
                ("test/test_@name@.ml", include_str!("../templates/direct/test.ml")),
            ],
            Kind::Lwt => &[
                ("main.ml", include_str!("../templates/lwt/main.ml")),
                ("rust/src/lib.rs", include_str!("../templates/lwt/lib.rs")),
                ("test/test_@name@.ml", include_str!("../templates/lwt/test.ml")),
            ],
            Kind::RustDriven => {
                return vec![
                    (".gitignore", include_str!("../templates/common/gitignore")),
                    ("Cargo.toml", include_str!("../templates/rust_driven/Cargo.txt")),
                    ("README.md", include_str!("../templates/rust_driven/README.md")),
                    ("build.rs", include_str!("../templates/rust_driven/build.rs")),
                    ("ocaml/@name@_ocaml.ml", include_str!("../templates/rust_driven/ocaml.ml")),
                    ("ocaml/dune", include_str!("../templates/rust_driven/ocaml_dune.txt")),
                    ("ocaml/dune-project", "(lang dune 3.11)\n"),
                    ("src/lib.rs", include_str!("../templates/rust_driven/lib.rs")),
                    ("src/main.rs", include_str!("../templates/rust_driven/main.rs")),
                    ("tests/greets.rs", include_str!("../templates/rust_driven/test.rs")),
                ];
            }
        };
        ocaml.into_iter().chain(own.iter().copied()).collect()
    }

    /// What stands for a mark in the files.
    fn marks(self) -> [(&'static str, &'static str); 4] {
        match self {
            Kind::Lwt => [
                ("@libraries@", "@name@_rust lwt lwt.unix"),
                ("@bindings_libraries@", "bactrian bactrian-lwt lwt"),
                (
                    "@features@",
                    ", features = [\"task\"] }\ntokio = { version = \"1\", features = [\"time\"]",
                ),
                ("@depends@", "\n  lwt"),
            ],
            _ => [
                ("@libraries@", "@name@_rust"),
                ("@bindings_libraries@", "bactrian"),
                ("@features@", ""),
                ("@depends@", ""),
            ],
        }
    }
}

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
    let module = bactrian_schema::names::module_of_unit(name);
    let fill = |text: &str| {
        let marks = kind.marks().into_iter();
        let text = marks.fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value));
        text.replace("@name@", name).replace("@module@", &module)
    };
    let mut written = Vec::new();
    for (path, text) in kind.files() {
        let path = fill(path);
        let place = folder.join(&path);
        let parent = place.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| Error::io("make the folder", parent, &error))?;
        fs::write(&place, fill(text)).map_err(|error| Error::io("write", &place, &error))?;
        written.push(path);
    }
    // The versions that Bactrian itself is tested with, so that nothing has to be looked up.
    let lock = if kind == Kind::RustDriven { "Cargo.lock" } else { "rust/Cargo.lock" };
    let (from, to) = (bactrian.join("Cargo.lock"), folder.join(lock));
    if from.exists() {
        fs::copy(&from, &to).map_err(|error| Error::io("write", &to, &error))?;
    }
    link(&bactrian, &folder.join("bactrian"))?;
    Ok(written)
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

/// The name is one of a package, a Rust crate, an OCaml file and a C symbol at once.
fn check_name(name: &str) -> Result<()> {
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

    #[test]
    fn nothing_is_left_to_fill_in() {
        for kind in [Kind::Direct, Kind::Lwt, Kind::RustDriven] {
            for (path, text) in kind.files() {
                let marks = kind.marks().into_iter().chain([("@name@", "n"), ("@module@", "N")]);
                let filled = marks.fold(format!("{path}\n{text}"), |all, (m, v)| all.replace(m, v));
                assert!(!filled.contains('@'), "{path}: {filled}");
            }
        }
    }
}
