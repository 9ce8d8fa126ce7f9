//! The dune workspace in `OUT_DIR`: the user's project, the OCaml half of Bactrian, and the generated program.
//!
//! ```text
//! workspace/
//!   dune-project  dune-workspace     (the latter when the project has one)
//!   ocaml/                           links to what is in the project's folder
//!     bactrian_program/              the generated executable that links the libraries
//!   bactrian-ocaml-half/             links to the libraries bactrian, bactrian-lwt …
//! ```
//! The program is inside the project, since that is where a project's private libraries can be used.

use crate::dune::Mode;
use crate::error::Error;
use crate::project::{Project, is_built, list};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The generated executable, and its folder.
pub(crate) const PROGRAM: &str = "bactrian_program";
const OCAML_HALF: &str = "bactrian-ocaml-half";
/// The virtual library that stands for the Rust half of a program.
const RUST_HALF: &str = "bactrian.rust";

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// The project's name in it.
    pub(crate) project: String,
}

/// What the generated executable is made of.
pub(crate) struct Program<'a> {
    pub(crate) libraries: &'a [String],
    pub(crate) mode: Mode,
    pub(crate) link_all: bool,
    pub(crate) runtime_variant: Option<&'a str>,
}

impl Workspace {
    /// Makes the workspace anew. Files with the same content keep their time, as dune and Cargo like it.
    pub(crate) fn make(
        out_dir: &Path,
        project: &Project,
        program: Option<Program<'_>>,
    ) -> Result<Self, Error> {
        let root = out_dir.join("workspace");
        let workspace = Self { root, project: project.name() };
        if workspace.root.exists() {
            fs::remove_dir_all(&workspace.root)
                .map_err(Error::io(format!("empty {}", workspace.root.display())))?;
        }
        let folder = workspace.root.join(&workspace.project);
        make_folder(&folder)?;
        write(&workspace.root.join("dune-project"), "(lang dune 3.11)\n")?;
        let settings = project.folder.join("dune-workspace");
        if settings.exists() {
            link(&settings, &workspace.root.join("dune-workspace"))?;
        }
        for entry in project.entries()? {
            link(&entry, &folder.join(entry.file_name().unwrap_or_default()))?;
        }
        let mut has_rust = defines(&project.folder, RUST_HALF);
        if !defines(&project.folder, "bactrian") {
            has_rust |= workspace.add_ocaml_half()?;
        }
        if let Some(program) = program {
            let generated = folder.join(PROGRAM);
            make_folder(&generated)?;
            write(&generated.join("dune"), &program.stanzas(has_rust))?;
            write(&generated.join(format!("{PROGRAM}.ml")), "")?;
            if has_rust {
                write(&generated.join("bactrian_rust.ml"), "")?;
            }
        }
        Ok(workspace)
    }

    /// The libraries of Bactrian's own, of the version that the Rust half is. Whether [`RUST_HALF`] is among them.
    fn add_ocaml_half(&self) -> Result<bool, Error> {
        let Some(sources) = ocaml_half() else { return Ok(false) };
        let folder = self.root.join(OCAML_HALF);
        make_folder(&folder)?;
        // Several libraries may be of one package, which is defined once.
        let mut packages = BTreeSet::new();
        let mut has_rust = false;
        for library in list(&sources)? {
            let name = library.file_name().unwrap_or_default();
            if library.is_dir() && !is_built(name) {
                link(&library, &folder.join(name))?;
                let dune = fs::read_to_string(library.join("dune")).unwrap_or_default();
                packages.extend(public_names(&dune).map(|name| package(name).to_owned()));
                has_rust |= public_names(&dune).any(|name| name == RUST_HALF);
            }
        }
        let mut project = String::from("(lang dune 3.11)\n");
        for package in packages {
            let _ = writeln!(project, "(package (name {package}))");
        }
        write(&folder.join("dune-project"), &project)?;
        Ok(has_rust)
    }
}

impl Program<'_> {
    /// The executable; with the library that says to OCaml libraries with Rust inside who brings the Rust half: nobody
    /// has to, since the Rust program is it.
    fn stanzas(&self, has_rust: bool) -> String {
        let mode = match self.mode {
            Mode::Native => "native",
            Mode::Bytecode => "byte",
        };
        let mut flags = Vec::new();
        if self.link_all {
            flags.push("-linkall");
        }
        if let Some(variant) = self.runtime_variant {
            flags.extend(["-runtime-variant", variant]);
        }
        let mut libraries = self.libraries.join(" ");
        let mut stanzas = String::new();
        if has_rust {
            let _ = writeln!(
                stanzas,
                "(library\n (name {PROGRAM}_rust)\n (modules bactrian_rust)\n (implements {RUST_HALF}))"
            );
            let _ = write!(libraries, " {PROGRAM}_rust");
        }
        let _ = writeln!(
            stanzas,
            "(executable\n (name {PROGRAM})\n (modules {PROGRAM})\n (modes\n  ({mode} object))\n (libraries {libraries})\n (link_flags\n  ({})))",
            flags.join(" ")
        );
        stanzas
    }
}

/// Where the OCaml half is: inside the published crate, or in the repository.
fn ocaml_half() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [here.join("ocaml"), here.join("../../ocaml")];
    places.into_iter().find_map(|place| place.canonicalize().ok())
}

/// The folders that Cargo watches beside the user's own.
pub(crate) fn watched() -> Vec<PathBuf> {
    ocaml_half().into_iter().collect()
}

/// The package of a library's public name: `bactrian` of `bactrian.rust`.
fn package(public_name: &str) -> &str {
    public_name.split('.').next().unwrap_or_default()
}

fn public_names(dune: &str) -> impl Iterator<Item = &str> {
    dune.split("(public_name").skip(1).filter_map(|rest| {
        let name = rest.trim_start().split([')', ' ', '\n']).next()?;
        (!name.is_empty()).then_some(name)
    })
}

/// Whether the project has a library of the OCaml half among its own sources.
fn defines(folder: &Path, library: &str) -> bool {
    let Ok(paths) = list(folder) else { return false };
    paths.iter().any(|path| {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            !is_built(name)
                && !fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink())
                && defines(path, library)
        } else {
            name == "dune"
                && fs::read_to_string(path)
                    .is_ok_and(|text| public_names(&text).any(|name| name == library))
        }
    })
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::io(format!("make the folder {}", folder.display())))
}

pub(crate) fn write(file: &Path, text: &str) -> Result<(), Error> {
    fs::write(file, text).map_err(Error::io(format!("write {}", file.display())))
}

fn link(from: &Path, to: &Path) -> Result<(), Error> {
    let doing = Error::io(format!("make the link {}", to.display()));
    #[cfg(unix)]
    return std::os::unix::fs::symlink(from, to).map_err(doing);
    #[cfg(not(unix))]
    return Err(doing(std::io::Error::other(format!("no links to {} here", from.display()))));
}
