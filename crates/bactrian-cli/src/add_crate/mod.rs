//! `bactrian add-crate`: a second library with Rust inside, and one static library for all.
//!
//! A program links one static library of Rust. So the first added crate turns the project's library into one of two: both are
//! OCaml libraries that name the virtual library `bactrian.rust`, and `umbrella/` makes the archive that stands for it.
//!
//! Everything is planned before anything is written, and a step that is done already is left out.

mod cargo;
mod dune;

use crate::error::{Error, Result};
use crate::new::check_name;
use crate::templates::{fill, format_dune};
use std::fs;
use std::path::{Path, PathBuf};

/// A project made by `bactrian new`, and the crate that it gets.
struct Project {
    folder: PathBuf,
    /// Its name, and that of the crate in rust/.
    name: String,
    /// The new crate.
    added: String,
}

/// What was done.
#[derive(Debug)]
pub struct Added {
    /// The project's folder.
    pub folder: PathBuf,
    /// Files that are new, from there.
    pub new: Vec<String>,
    /// Files that were changed.
    pub changed: Vec<String>,
    /// The OCaml library that each executable has to name.
    pub umbrella: String,
}

/// Adds a crate of this name to the project around a folder.
///
/// # Errors
/// When the folder is in no such project, the name is taken, or a file was changed in a way that the command does not
/// understand; nothing is changed then, and the error says what to write by hand.
pub fn add(start: &Path, name: &str) -> Result<Added> {
    let project = Project::find(start, name)?;
    project.check_name()?;
    let mut plan = Plan::default();
    cargo::plan(&project, &mut plan)?;
    dune::plan(&project, &mut plan)?;
    let umbrella = project.umbrella();
    if !plan.by_hand.is_empty() {
        let steps = plan.by_hand.join("\n\n");
        return Err(Error::new(format!(
            "nothing was changed, since files of the project are not as `bactrian new` made them. Change this by hand, and \
             run the command again:\n\n{steps}"
        )));
    }
    let marks = [("name", name), ("project", project.name.as_str())];
    let mut new = Vec::new();
    let own = format!("{name}/");
    for (path, text) in [
        (own.clone() + "Cargo.toml", include_str!("../../templates/crate/Cargo.txt")),
        (own.clone() + "dune", include_str!("../../templates/crate/dune.txt")),
        (own + "src/lib.rs", include_str!("../../templates/crate/lib.rs")),
    ] {
        let text = fill(text, &marks);
        plan.write.push((path, text));
    }
    let mut changed = Vec::new();
    for (path, text) in plan.write {
        let place = project.folder.join(&path);
        let list = if place.exists() { &mut changed } else { &mut new };
        let text = if path.ends_with("dune") && !place.exists() { format_dune(text) } else { text };
        let parent = place.parent().unwrap_or(&project.folder);
        fs::create_dir_all(parent).map_err(|error| Error::io("make the folder", parent, &error))?;
        fs::write(&place, text).map_err(|error| Error::io("write", &place, &error))?;
        list.push(path);
    }
    Ok(Added { folder: project.folder, new, changed, umbrella })
}

/// What is to be written, by places from the project's folder, and what only a person can do.
#[derive(Default)]
struct Plan {
    write: Vec<(String, String)>,
    by_hand: Vec<String>,
}

impl Project {
    fn find(start: &Path, added: &str) -> Result<Project> {
        let start =
            start.canonicalize().map_err(|error| Error::io("find the folder", start, &error))?;
        for folder in start.ancestors() {
            if folder.join("rust/Cargo.toml").exists() && folder.join("dune-project").exists() {
                let project = Project {
                    folder: folder.to_owned(),
                    name: String::new(),
                    added: added.to_owned(),
                };
                let name = cargo::package_name(&project.read("rust/Cargo.toml")?);
                let name = name.ok_or_else(|| {
                    let place = folder.join("rust/Cargo.toml");
                    Error::new(format!("{} names no package", place.display()))
                })?;
                return Ok(Project { name, ..project });
            }
            if folder.join("build.rs").exists() && folder.join("ocaml/dune-project").exists() {
                return Err(Error::new(format!(
                    "{} is a program that Rust starts, which needs no umbrella: make a crate with `cargo new --lib {added}`, and \
                     depend on it",
                    folder.display()
                )));
            }
        }
        Err(Error::new(format!(
            "{} is in no project that `bactrian new` made: neither it nor a folder above has a dune-project and a \
             rust/Cargo.toml",
            start.display()
        )))
    }

    fn check_name(&self) -> Result<()> {
        let name = &self.added;
        check_name(name)?;
        let taken = |why: &str| Err(Error::new(format!("`{name}` is taken: {why}")));
        if *name == self.name {
            return taken("it is the name of the project, and of the crate in rust/");
        }
        if ["rust", "umbrella"].contains(&name.as_str()) || *name == self.umbrella() {
            return taken("the project needs it itself");
        }
        if self.folder.join(name).exists() {
            return taken(&format!("{} is there already", self.folder.join(name).display()));
        }
        Ok(())
    }

    /// The crate and the dune library of the one archive.
    fn umbrella(&self) -> String {
        format!("{}_umbrella", self.name)
    }

    /// Is this the second time?
    fn has_umbrella(&self) -> bool {
        self.folder.join("umbrella/Cargo.toml").exists()
    }

    fn read(&self, path: &str) -> Result<String> {
        let place = self.folder.join(path);
        fs::read_to_string(&place).map_err(|error| Error::io("read", &place, &error))
    }
}
