//! The user's dune project: where it is, and which of its files are sources.

use crate::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with a `dune-project`.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    /// What `Dune::new` was given, for messages.
    pub(crate) given: String,
}

/// Folders that hold what was built, or what is nobody's source.
pub(crate) fn is_built(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(['.', '_']) || name == "target" || name == "node_modules"
}

impl Project {
    pub(crate) fn find(manifest_dir: &Path, given: &Path) -> Result<Self, Error> {
        let folder = manifest_dir.join(given);
        if !folder.is_dir() {
            return Err(Error::NoFolder { folder });
        }
        if !folder.join("dune-project").exists() {
            return Err(Error::NoProject { folder });
        }
        let folder = folder
            .canonicalize()
            .map_err(Error::io(format!("find the folder {}", folder.display())))?;
        Ok(Self { folder, given: given.display().to_string() })
    }

    /// What the project is called in the workspace: its own name, unless dune's command line would not take it.
    pub(crate) fn name(&self) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        match self.folder.file_name() {
            Some(name) if !is_built(name) && name.to_string_lossy().chars().all(fits) => {
                name.to_string_lossy().into_owned()
            }
            _ => "project".to_owned(),
        }
    }

    /// The entries of the top folder that dune is to see.
    pub(crate) fn entries(&self) -> Result<Vec<PathBuf>, Error> {
        Ok(list(&self.folder)?
            .into_iter()
            .filter(|path| {
                let name = path.file_name().unwrap_or_default();
                // `.ocamlformat` and the like are of no use to a build.
                !is_built(name)
            })
            .collect())
    }

    /// What Cargo watches: whole folders, in which new files count too, and files of the folders that also hold
    /// what was built.
    pub(crate) fn watched(&self) -> Result<Vec<PathBuf>, Error> {
        let mut paths = Vec::new();
        if watch(&self.folder, &mut paths)? {
            paths = vec![self.folder.clone()];
        }
        Ok(paths)
    }
}

/// Adds what is to be watched below a folder; whether the folder can be watched as one.
fn watch(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<bool, Error> {
    let mut whole = true;
    let mut mine = Vec::new();
    for path in list(folder)? {
        let name = path.file_name().unwrap_or_default();
        // A link to a folder is followed by dune; it is not here, where it could lead in circles.
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir());
        if is_folder && is_built(name) {
            whole = false;
        } else if is_folder {
            let mut below = Vec::new();
            if watch(&path, &mut below)? {
                mine.push(path);
            } else {
                whole = false;
                mine.append(&mut below);
            }
        } else {
            mine.push(path);
        }
    }
    paths.append(&mut mine);
    Ok(whole)
}

/// The paths in a folder, sorted.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let doing = || format!("read the folder {}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(doing()))? {
        paths.push(entry.map_err(Error::io(doing()))?.path());
    }
    paths.sort();
    Ok(paths)
}
