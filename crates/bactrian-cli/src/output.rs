//! Writing files whole or not at all, and comparing them with what is there.

use crate::error::{Error, Result};
use similar::TextDiff;
use std::fs;
use std::path::{Path, PathBuf};

/// A file that was generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Writes the files into a folder, which is made if need be. A file that would not change is left alone.
///
/// All are written beside their places before the first is put there.
///
/// # Errors
/// When one cannot be written; then none is changed, unless renaming fails.
pub fn write(folder: &Path, files: &[File]) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, &error))?;
    let mut waiting = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        if fs::read(&path).is_ok_and(|old| old == file.text.as_bytes()) {
            continue;
        }
        let beside = Beside(folder.join(format!(".{}.{}", file.name, std::process::id())));
        fs::write(&beside.0, &file.text).map_err(|error| Error::io("write", &path, &error))?;
        waiting.push((beside, path));
    }
    for (beside, path) in waiting {
        fs::rename(&beside.0, &path).map_err(|error| Error::io("write", &path, &error))?;
    }
    Ok(())
}

/// A file that is removed when it did not get its place.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// How the files differ from those in a folder; empty when they do not. `source` is what they were generated from.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn differences(folder: &Path, files: &[File], source: &str) -> Result<String> {
    let mut differences = String::new();
    for file in files {
        let path = folder.join(&file.name);
        let old = match fs::read_to_string(&path) {
            Ok(old) => old,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::io("read", &path, &error)),
        };
        if old != file.text {
            let name = path.display().to_string();
            let diff = TextDiff::from_lines(&old, &file.text);
            let text = diff
                .unified_diff()
                .header(&name, &format!("{name} (from the {source})"))
                .to_string();
            differences.push_str(&text);
        }
    }
    Ok(differences)
}
