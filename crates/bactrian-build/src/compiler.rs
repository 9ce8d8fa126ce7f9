//! The active OCaml: which version it is, and what its programs are linked with.

use crate::dune::Mode;
use crate::environment::Environment;
use crate::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest OCaml that `bactrian` works with.
const OLDEST: (u32, u32) = (5, 2);

/// What `ocamlc -config` says of the OCaml that is used.
pub(crate) struct Compiler {
    config: String,
    /// The folder of `BACTRIAN_OCAMLC`, to be looked at first by dune too.
    pub(crate) bin: Option<PathBuf>,
}

impl Compiler {
    /// `BACTRIAN_OCAMLC`, else ocamlfind's, else the one on PATH: the order of the crate `bactrian`.
    pub(crate) fn find(environment: &Environment) -> Result<Self, Error> {
        let chosen = environment.get("BACTRIAN_OCAMLC").cloned();
        let candidates: Vec<Vec<std::ffi::OsString>> = match &chosen {
            Some(path) => vec![vec![path.clone()]],
            None => vec![vec!["ocamlfind".into(), "ocamlc".into()], vec!["ocamlc".into()]],
        };
        let mut tried = Vec::new();
        for command in candidates {
            let mut ocamlc = environment.command(&command[0]);
            ocamlc.args(&command[1..]).arg("-config");
            match output(&mut ocamlc) {
                Ok(config) => {
                    let bin = chosen.as_ref().and_then(|path| Path::new(path).parent());
                    let bin = bin.filter(|bin| !bin.as_os_str().is_empty()).map(Path::to_owned);
                    return Self { config, bin }.checked();
                }
                Err(message) => tried.push(message),
            }
        }
        Err(Error::NoOcaml { tried: tried.join("; ") })
    }

    fn checked(self) -> Result<Self, Error> {
        match version(self.version()) {
            Some(found) if found >= OLDEST => Ok(self),
            _ => Err(Error::OldOcaml { version: self.version().to_owned() }),
        }
    }

    /// A line of the configuration: `word_size: 64`.
    fn variable(&self, name: &str) -> Option<&str> {
        self.config
            .lines()
            .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
    }

    pub(crate) fn version(&self) -> &str {
        self.variable("version").unwrap_or("of unknown version")
    }

    /// Where the standard library and the runtime are.
    pub(crate) fn library(&self) -> PathBuf {
        PathBuf::from(self.variable("standard_library").unwrap_or_default())
    }

    pub(crate) fn check(&self, mode: Mode) -> Result<(), Error> {
        if mode == Mode::Native && self.variable("native_compiler") == Some("false") {
            return Err(Error::BytecodeOnly { version: self.version().to_owned() });
        }
        Ok(())
    }

    /// What the runtime needs of the system: `-lm -lpthread`.
    pub(crate) fn system_libraries(&self, mode: Mode) -> Vec<String> {
        let names: &[&str] = match mode {
            Mode::Native => &["native_c_libraries"],
            Mode::Bytecode => &["bytecomp_c_libraries", "bytecode_c_libraries"],
        };
        let found = names.iter().find_map(|name| self.variable(name)).unwrap_or("-lm -lpthread");
        found.split_whitespace().map(str::to_owned).collect()
    }

    /// The variant of the runtime that may be linked into position-independent programs, which Rust's are, if
    /// there is one. Where the C compiler makes such code anyway it is the same code.
    pub(crate) fn runtime_variant(&self, mode: Mode) -> Option<&'static str> {
        let name = match mode {
            Mode::Native => "libasmrun_pic.a",
            Mode::Bytecode => "libcamlrun_pic.a",
        };
        self.library().join(name).exists().then_some("_pic")
    }
}

/// `5.4.1`, `5.2.0+trunk`
pub(crate) fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What a command prints, or why it could not.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let name = display(command);
    match command.output() {
        Err(error) => Err(format!("{name}: {error}")),
        Ok(output) if !output.status.success() => {
            let text = String::from_utf8_lossy(&output.stderr);
            let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it failed");
            Err(format!("{name}: {}", last.trim()))
        }
        Ok(output) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
    }
}

/// The command as one would type it.
pub(crate) fn display(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
