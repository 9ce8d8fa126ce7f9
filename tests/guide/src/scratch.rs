//! The folder in which pages become projects: `target/guide`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where things are.
pub struct Scratch {
    /// The repository.
    pub root: PathBuf,
    /// The folder of the projects.
    pub folder: PathBuf,
    /// Cargo's target folder.
    target: PathBuf,
}

impl Scratch {
    /// In the target folder of the repository.
    pub fn new(root: &Path) -> Self {
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Scratch { root: root.to_owned(), folder: target.join("guide"), target }
    }

    /// A file that Cargo made.
    pub fn built(&self, path: &str) -> PathBuf {
        self.target.join(path)
    }

    /// Writes a file, if it is not what is there.
    pub fn write(&self, path: &str, contents: &str) -> Result<(), String> {
        self.write_bytes(&self.folder.join(path), contents.as_bytes())
    }

    fn write_bytes(&self, path: &Path, contents: &[u8]) -> Result<(), String> {
        if std::fs::read(path).is_ok_and(|found| found == contents) {
            return Ok(());
        }
        let parent = path.parent().unwrap_or(path);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(path, contents))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Copies a file into the folder, if it is not there as it is.
    pub fn copy(&self, from: &Path, to: &str) -> Result<(), String> {
        let contents =
            std::fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
        self.write_bytes(&self.folder.join(to), &contents)
    }

    /// Gives a project the versions of the repository.
    pub fn copy_lock(&self, folder: &str) -> Result<(), String> {
        let to = format!("{folder}/Cargo.lock");
        if self.folder.join(&to).exists() && self.newer(&to, "Cargo.lock") {
            return Ok(());
        }
        self.copy(&self.root.join("Cargo.lock"), &to)
    }

    fn newer(&self, own: &str, of_root: &str) -> bool {
        let time = |path: PathBuf| path.metadata().and_then(|data| data.modified()).ok();
        time(self.folder.join(own)) >= time(self.root.join(of_root))
    }

    /// Makes a name in the folder stand for one of the repository.
    pub fn link(&self, name: &str, to: &str) -> Result<(), String> {
        let link = self.folder.join(name);
        let to = self.root.join(to);
        if std::fs::read_link(&link).is_ok_and(|found| found == to) {
            return Ok(());
        }
        let _ = std::fs::remove_file(&link);
        let parent = link.parent().unwrap_or(&link);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::os::unix::fs::symlink(to, &link))
            .map_err(|error| format!("{}: {error}", link.display()))
    }

    /// Makes `folder/bactrian` look like the repository, without what was built there.
    pub fn vendor(&self, folder: &str) -> Result<(), String> {
        for name in [
            "Cargo.lock",
            "Cargo.toml",
            "bactrian-lwt.opam",
            "bactrian.opam",
            "crates",
            "dune",
            "dune-project",
            "examples",
            "ocaml",
            "tests",
            "tools",
        ] {
            self.link(&format!("{folder}/{name}"), name)?;
        }
        Ok(())
    }

    /// Empties a folder of what is not in the list.
    pub fn keep_only(&self, folder: &str, names: &[String]) {
        for entry in std::fs::read_dir(self.folder.join(folder)).into_iter().flatten().flatten() {
            if !names.iter().any(|name| entry.file_name().to_string_lossy() == **name) {
                let path = entry.path();
                let _ = if path.is_dir() {
                    std::fs::remove_dir_all(path)
                } else {
                    std::fs::remove_file(path)
                };
            }
        }
    }

    /// Cargo, in a project.
    pub fn cargo(&self, folder: &str) -> Command {
        let mut command = Command::new("cargo");
        command
            .current_dir(self.folder.join(folder))
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("CARGO_MANIFEST_DIR");
        command
    }

    /// A command in a project.
    pub fn command(&self, program: &str, folder: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.join(folder)).env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

/// The lines by which a project depends on Bactrian.
pub fn dependencies(scratch: &Scratch) -> String {
    format!(
        "[dependencies]\nbactrian = {{ path = {:?}, features = [\"task\"] }}\n\
         futures-util = {{ version = \"0.3\", default-features = false, features = [\"std\"] }}\n\
         tokio = {{ version = \"1\", features = [\"time\"] }}\n",
        scratch.root.join("crates/bactrian")
    )
}

/// Runs a command; what it prints is in the error when it fails.
pub fn run(what: &str, command: &mut Command) -> Result<String, String> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{what}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!(
        "{what} failed ({}):\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// Runs a command that must end within a minute.
pub fn run_bounded(what: &str, command: &mut Command) -> Result<String, String> {
    const LIMIT: Duration = Duration::from_secs(60);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{what}: {error}"))?;
    let start = Instant::now();
    // Programs of the guide print less than a pipe holds.
    while child.try_wait().map_err(|error| format!("{what}: {error}"))?.is_none() {
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            return Err(format!("{what} did not end within {} seconds", LIMIT.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().map_err(|error| format!("{what}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!(
        "{what} failed ({}):\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}
