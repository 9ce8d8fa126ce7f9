//! What Cargo and the user say through environment variables, and the commands that run with them.

use crate::error::Error;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Those of dune's variables that an outer dune sets for its own build.
const OF_AN_OUTER_DUNE: &[&str] = &[
    "INSIDE_DUNE",
    "DUNE_BUILD_DIR",
    "DUNE_DIR_LOCATIONS",
    "DUNE_OCAML_HARDCODED",
    "DUNE_OCAML_STDLIB",
    "DUNE_PROFILE",
    "DUNE_ROOT",
    "DUNE_SOURCEROOT",
    "DUNE_WORKSPACE",
];

/// A copy of the environment, so that tests have one of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, OsString>,
}

impl Environment {
    /// The one of this process.
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        Self { variables }
    }

    #[cfg(test)]
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// A variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&OsString> {
        self.variables.get(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn of_cargo(&self, name: &'static str) -> Result<&OsString, Error> {
        self.get(name).ok_or(Error::NotABuildScript { variable: name })
    }

    /// The folder of `Cargo.toml`.
    pub(crate) fn manifest_dir(&self) -> Result<PathBuf, Error> {
        self.of_cargo("CARGO_MANIFEST_DIR").map(PathBuf::from)
    }

    /// The folder for what this package's build makes.
    pub(crate) fn out_dir(&self) -> Result<PathBuf, Error> {
        self.of_cargo("OUT_DIR").map(PathBuf::from)
    }

    /// The name of the package, as part of a library's name.
    pub(crate) fn package(&self) -> String {
        let name = self.text("CARGO_PKG_NAME").unwrap_or_default();
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    }

    /// OCaml compiles for the machine that it runs on.
    pub(crate) fn check_target(&self) -> Result<(), Error> {
        match (self.text("TARGET"), self.text("HOST")) {
            (Some(target), Some(host)) if target != host => Err(Error::CrossCompiling { target }),
            _ => Ok(()),
        }
    }

    /// A command, with these variables and without those of an outer dune.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables);
        for name in OF_AN_OUTER_DUNE {
            command.env_remove(name);
        }
        command
    }

    /// PATH with one more folder at its front.
    pub(crate) fn path_with(&self, first: &Path) -> OsString {
        let rest = self.get("PATH").cloned().unwrap_or_default();
        let folders = std::iter::once(first.to_owned()).chain(std::env::split_paths(&rest));
        // A folder whose name has a colon cannot be on PATH: it is left out then.
        std::env::join_paths(folders).unwrap_or(rest)
    }
}
