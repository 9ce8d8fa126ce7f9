//! What can go wrong, each in a sentence that says what to do.

use std::fmt;
use std::path::PathBuf;

/// Why the OCaml part of a program could not be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A variable that Cargo sets for build scripts is missing.
    NotABuildScript {
        /// Its name.
        variable: &'static str,
    },
    /// The target of the build is not the machine that it runs on.
    CrossCompiling {
        /// Cargo's target.
        target: String,
    },
    /// Neither ocamlfind nor ocamlc was found.
    NoOcaml {
        /// What was tried.
        tried: String,
    },
    /// OCaml is older than 5.2.
    OldOcaml {
        /// Its version.
        version: String,
    },
    /// This OCaml has no native compiler.
    BytecodeOnly {
        /// Its version.
        version: String,
    },
    /// dune was not found.
    NoDune {
        /// What was tried.
        tried: String,
    },
    /// dune is older than 3.11.
    OldDune {
        /// Its version.
        version: String,
    },
    /// A tool other than these two could not be run, or failed.
    Tool {
        /// The command.
        command: String,
        /// What it answered.
        message: String,
    },
    /// The folder of the project does not exist.
    NoFolder {
        /// Where it should be.
        folder: PathBuf,
    },
    /// The folder of the project has no `dune-project`.
    NoProject {
        /// The folder.
        folder: PathBuf,
    },
    /// Neither a library nor an object was asked for.
    NothingToLink {
        /// The folder as it was given.
        folder: String,
    },
    /// Libraries and an object were both asked for.
    BothKinds,
    /// A name is not that of a dune library.
    LibraryName {
        /// The name.
        name: String,
    },
    /// `BACTRIAN_MODE` is neither `native` nor `bytecode`.
    ModeName {
        /// Its value.
        value: String,
    },
    /// dune found no library of this name.
    LibraryNotFound {
        /// The name.
        library: String,
        /// The folder as it was given.
        folder: String,
        /// Whether the build script named it, and not a dune file.
        asked: bool,
        /// What dune printed.
        output: String,
    },
    /// The object that was asked for is no target of the project.
    NoSuchObject {
        /// The target.
        target: String,
        /// The folder as it was given.
        folder: String,
        /// What dune printed.
        output: String,
    },
    /// The folder that is generated in the project is hidden by the project's top dune file.
    GeneratedFolderHidden {
        /// The folder as it was given.
        folder: String,
        /// What dune printed.
        output: String,
    },
    /// dune could not build the project.
    BuildFailed {
        /// The folder as it was given.
        folder: String,
        /// What dune printed.
        output: String,
    },
    /// A file could not be read or written.
    Io {
        /// What was to be done.
        doing: String,
        /// Why it could not.
        error: std::io::Error,
    },
}

impl Error {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |error| Self::Io { doing, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABuildScript { variable } => write!(
                f,
                "{variable} is not set: bactrian_build is for build.rs, which Cargo runs with it."
            ),
            Self::CrossCompiling { target } => write!(
                f,
                "the target is {target}, but OCaml compiles for the machine that it runs on: build there."
            ),
            Self::NoOcaml { tried } => write!(
                f,
                "no OCaml found ({tried}): put ocamlfind or ocamlc of OCaml 5.2 or newer on PATH (with opam: \
                 `eval $(opam env)`), or set BACTRIAN_OCAMLC."
            ),
            Self::OldOcaml { version } => write!(
                f,
                "OCaml {version} is active, and 5.2 or newer is needed: choose another switch, or set \
                 BACTRIAN_OCAMLC to the ocamlc of one."
            ),
            Self::BytecodeOnly { version } => write!(
                f,
                "this OCaml {version} has no native compiler: use one that has, or build bytecode with \
                 `.mode(Mode::Bytecode)`."
            ),
            Self::NoDune { tried } => write!(
                f,
                "dune was not found ({tried}): install it (opam install dune, or apt-get install ocaml-dune), or \
                 set BACTRIAN_DUNE to where it is."
            ),
            Self::OldDune { version } => {
                write!(f, "dune {version} is too old: 3.11 or newer is needed (opam upgrade dune).")
            }
            Self::Tool { command, message } => write!(f, "`{command}`: {message}"),
            Self::NoFolder { folder } => write!(
                f,
                "there is no folder {}: Dune::new takes the folder of a dune project, relative to Cargo.toml.",
                folder.display()
            ),
            Self::NoProject { folder } => write!(
                f,
                "{} has no dune-project file: Dune::new takes the top folder of a dune project; a file with the \
                 one line `(lang dune 3.11)` makes it one.",
                folder.display()
            ),
            Self::NothingToLink { folder } => write!(
                f,
                "Dune::new({folder:?}) says nothing to link: name the libraries by `.library(\"…\")`, or an object \
                 of the project's own by `.object(\"….exe.o\")`."
            ),
            Self::BothKinds => write!(
                f,
                "`.library` and `.object` exclude each other: an object of the project's own has its libraries in \
                 its dune file."
            ),
            Self::LibraryName { name } => write!(f, "{name:?} is not the name of a dune library."),
            Self::ModeName { value } => {
                write!(f, "BACTRIAN_MODE is {value:?}, and should be `native` or `bytecode`.")
            }
            Self::LibraryNotFound { library, folder, asked, output } => {
                let where_ = if *asked { "that build.rs names" } else { "that a dune file names" };
                write!(
                    f,
                    "the OCaml library `{library}` {where_} is neither in {folder} (private libraries only in its \
                     own dune project) nor installed: correct the name, or install it.\n{output}"
                )
            }
            Self::NoSuchObject { target, folder, output } => write!(
                f,
                "{folder} does not make {target}: it needs an executable of that name with `(modes object)`, or \
                 `(modes (byte object))` for bytecode.\n{output}"
            ),
            Self::GeneratedFolderHidden { folder, output } => write!(
                f,
                "dune does not see the folder `bactrian_program` that is generated in {folder}: its top dune file \
                 hides folders (`dirs`, `include_subdirs`); use an executable of its own with `(modes object)` and \
                 `.object`.\n{output}"
            ),
            Self::BuildFailed { folder, output } => {
                write!(f, "dune could not build the OCaml project {folder}:\n{output}")
            }
            Self::Io { doing, error } => write!(f, "cannot {doing}: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}
