//! The builder, and the running of dune.

use crate::cargo;
use crate::compiler::{self, Compiler};
use crate::environment::Environment;
use crate::error::Error;
use crate::project::Project;
use crate::workspace::{self, PROGRAM, Program, Workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest dune that is used.
const OLDEST_DUNE: (u32, u32) = (3, 11);

/// How OCaml is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Machine code, by `ocamlopt`.
    #[default]
    Native,
    /// Bytecode, by `ocamlc`, with its interpreter in the object. Slower to run, and quick to compile.
    Bytecode,
}

/// A dune project that becomes part of a Rust program. Made in `build.rs`.
///
/// ```no_run
/// bactrian_build::Dune::new("ocaml").library("calc").library("report").build();
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct Dune {
    folder: PathBuf,
    libraries: Vec<String>,
    object: Option<String>,
    mode: Option<Mode>,
    profile: String,
    link_all: bool,
    arguments: Vec<String>,
}

/// What was built. See [`Dune::try_build`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Built {
    /// The static library in `OUT_DIR` that is linked.
    pub archive: PathBuf,
    /// Native code or bytecode.
    pub mode: Mode,
    /// The version of OCaml.
    pub ocaml: String,
    /// The lines for Cargo that link it.
    pub directives: Vec<String>,
}

impl Dune {
    /// The dune project in a folder, which is relative to `Cargo.toml` and has a `dune-project` file.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            libraries: Vec::new(),
            object: None,
            mode: None,
            profile: "release".to_owned(),
            link_all: true,
            arguments: Vec::new(),
        }
    }

    /// Adds an OCaml library by the name that dune files use for it: one of the project or an installed one.
    ///
    /// All its modules are linked and run when the runtime starts, in the order of their dependencies.
    pub fn library(mut self, name: impl Into<String>) -> Self {
        self.libraries.push(name.into());
        self
    }

    /// Adds several libraries.
    pub fn libraries<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.libraries.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes an object that the project's own dune files make, in place of libraries: `"embed/main.exe.o"` of an
    /// executable with `(modes object)`, `"embed/main.bc.o"` with `(modes (byte object))`.
    pub fn object(mut self, target: impl Into<String>) -> Self {
        self.object = Some(target.into());
        self
    }

    /// Native code or bytecode. Without this, `BACTRIAN_MODE` says it, and without that it is native code. With
    /// [`Dune::object`] the target says it.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// dune's profile: `release` by default, in which OCaml's warnings are shown as Cargo's; in `dev` there are more of
    /// them, and they stop the build.
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = profile.into();
        self
    }

    /// Whether all modules of all libraries are linked (the default), or only what is mentioned by others. A module
    /// that registers its functions by `Callback.register` is mentioned by nobody: without this its library
    /// needs `(library_flags (-linkall))`.
    pub fn link_all(mut self, yes: bool) -> Self {
        self.link_all = yes;
        self
    }

    /// Adds an argument of `dune build`: `--display=short`, `--instrument-with=bisect_ppx`.
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Builds, and tells Cargo what to link and when to run again. Ends the build script with a message when it
    /// cannot.
    pub fn build(self) -> Built {
        match self.try_build() {
            Ok(built) => {
                print(&built.directives);
                built
            }
            Err(error) => {
                eprintln!("bactrian-build: {error}");
                std::process::exit(1);
            }
        }
    }

    /// Builds. Cargo is told when to run again, but what to link only by [`Built::directives`], which are to be printed.
    ///
    /// # Errors
    /// When a tool is missing or too old, or dune cannot build the project.
    pub fn try_build(self) -> Result<Built, Error> {
        self.run(&Environment::of_process(), &mut print)
    }

    pub(crate) fn run(
        &self,
        environment: &Environment,
        tell: &mut dyn FnMut(&[String]),
    ) -> Result<Built, Error> {
        let out_dir = environment.out_dir()?;
        let project = Project::find(&environment.manifest_dir()?, &self.folder)?;
        let mut watched = project.watched()?;
        watched.extend(workspace::watched());
        tell(&cargo::watch(&watched));

        self.check_names(&project)?;
        environment.check_target()?;
        let mode = self.chosen_mode(environment)?;
        let compiler = Compiler::find(environment)?;
        compiler.check(mode)?;
        tell(&cargo::watch(&[compiler.library().join("Makefile.config")])[..1]);
        let program = self.object.is_none().then(|| Program {
            libraries: &self.libraries,
            mode,
            link_all: self.link_all,
            runtime_variant: compiler.runtime_variant(mode),
        });
        let workspace = Workspace::make(&out_dir, &project, program)?;
        let runner = Runner { environment, compiler: &compiler, workspace: &workspace };
        runner.check_version()?;
        let target = match (&self.object, mode) {
            (Some(target), _) => target.clone(),
            (None, Mode::Native) => format!("{PROGRAM}/{PROGRAM}.exe.o"),
            (None, Mode::Bytecode) => format!("{PROGRAM}/{PROGRAM}.bc.o"),
        };
        let build_dir = out_dir.join("dune");
        let said = runner.build(self, &project, &build_dir, &target)?;
        tell(&cargo::warnings(&said));

        let object = build_dir.join("default").join(&workspace.project).join(&target);
        let name = format!("bactrian_ocaml_{}", environment.package());
        let archive = out_dir.join(format!("lib{name}.a"));
        make_archive(environment, &object, &archive)?;
        let directives = cargo::link(&out_dir, &name, &compiler, mode);
        Ok(Built { archive, mode, ocaml: compiler.version().to_owned(), directives })
    }

    fn check_names(&self, project: &Project) -> Result<(), Error> {
        match (&self.object, self.libraries.is_empty()) {
            (None, true) => return Err(Error::NothingToLink { folder: project.given.clone() }),
            (Some(_), false) => return Err(Error::BothKinds),
            _ => {}
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-.'".contains(c);
        match self.libraries.iter().find(|name| name.is_empty() || !name.chars().all(fits)) {
            Some(name) => Err(Error::LibraryName { name: name.clone() }),
            None => Ok(()),
        }
    }

    fn chosen_mode(&self, environment: &Environment) -> Result<Mode, Error> {
        if let Some(target) = &self.object {
            return Ok(if target.ends_with(".bc.o") { Mode::Bytecode } else { Mode::Native });
        }
        if let Some(mode) = self.mode {
            return Ok(mode);
        }
        match environment.text("BACTRIAN_MODE").as_deref() {
            None | Some("native") => Ok(Mode::Native),
            Some("bytecode") => Ok(Mode::Bytecode),
            Some(value) => Err(Error::ModeName { value: value.to_owned() }),
        }
    }
}

fn print(lines: &[String]) {
    for line in lines {
        println!("{line}");
    }
}

/// Runs dune in a workspace.
struct Runner<'a> {
    environment: &'a Environment,
    compiler: &'a Compiler,
    workspace: &'a Workspace,
}

impl Runner<'_> {
    fn dune(&self) -> Command {
        let program = self.environment.get("BACTRIAN_DUNE").cloned();
        let mut dune = self.environment.command(program.unwrap_or_else(|| "dune".into()));
        if let Some(bin) = &self.compiler.bin {
            dune.env("PATH", self.environment.path_with(bin));
        }
        dune.stdin(Stdio::null());
        dune
    }

    fn check_version(&self) -> Result<(), Error> {
        let answer = compiler::output(self.dune().arg("--version"))
            .map_err(|tried| Error::NoDune { tried })?;
        match compiler::version(&answer) {
            Some(version) if version >= OLDEST_DUNE => Ok(()),
            _ => Err(Error::OldDune { version: answer.trim().to_owned() }),
        }
    }

    /// Builds a target of the project; what dune printed when it succeeded.
    fn build(
        &self,
        options: &Dune,
        project: &Project,
        build_dir: &Path,
        target: &str,
    ) -> Result<String, Error> {
        let mut dune = self.dune();
        dune.current_dir(&self.workspace.root)
            .args(["build", "--root", "."])
            .arg("--build-dir")
            .arg(build_dir)
            .args(["--profile", &options.profile, "--display=quiet"])
            .args(&options.arguments);
        if let Some(jobs) = self.environment.text("NUM_JOBS") {
            dune.arg("-j").arg(jobs);
        }
        let path = format!("{}/{target}", self.workspace.project);
        // dune takes an argument with a space for an S-expression: as one, the path is a quoted string.
        dune.arg(if path.contains(' ') { format!("{path:?}") } else { path });
        let output = dune.output().map_err(|error| Error::NoDune { tried: error.to_string() })?;
        let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        let said = name_as_given(&said, &self.workspace.project, &project.given);
        if output.status.success() {
            return Ok(said);
        }
        Err(explain(said, options, project, target))
    }
}

/// Names files in dune's messages by the path that the user gave: `File "ocaml/calc.ml", line 3`.
fn name_as_given(said: &str, name: &str, given: &str) -> String {
    let prefix =
        if given == "." { String::new() } else { format!("{}/", given.trim_end_matches('/')) };
    said.replace(&format!("File \"{name}/"), &format!("File \"{prefix}"))
}

/// What kind of failure dune's message is.
fn explain(output: String, options: &Dune, project: &Project, target: &str) -> Error {
    let folder = project.given.clone();
    let missing = output.split("Library \"").nth(1).and_then(|rest| rest.split_once('"'));
    if let Some((library, rest)) = missing
        && rest.trim_start().starts_with("not found")
    {
        let library = library.to_owned();
        let asked = options.libraries.contains(&library);
        return Error::LibraryNotFound { library, folder, asked, output };
    }
    if output.contains("Don't know how to build") && output.contains(target) {
        return match options.object {
            Some(_) => Error::NoSuchObject { target: target.to_owned(), folder, output },
            None => Error::GeneratedFolderHidden { folder, output },
        };
    }
    if output.contains("(include_subdirs") && output.contains(PROGRAM) {
        return Error::GeneratedFolderHidden { folder, output };
    }
    Error::BuildFailed { folder, output }
}

/// Puts the object into a static library, the form that Cargo hands on to dependents.
fn make_archive(environment: &Environment, object: &Path, archive: &Path) -> Result<(), Error> {
    if archive.exists() {
        fs::remove_file(archive).map_err(Error::io(format!("replace {}", archive.display())))?;
    }
    let ar = environment.get("AR").cloned().unwrap_or_else(|| "ar".into());
    let mut command = environment.command(ar);
    command.arg("crs").arg(archive).arg(object);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Tool {
            command: compiler::display(&command),
            message: format!("it failed ({status})"),
        }),
        Err(error) => Err(Error::Tool {
            command: compiler::display(&command),
            message: format!("{error}; install binutils, or set AR"),
        }),
    }
}

#[cfg(test)]
mod tests;
