//! A program of both languages, made and run: whether the linker and its flags are good.

use super::Report;
use super::machine::Machine;
use super::tool::{Answer, Silence, ask};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RUST: &str = "\
#[unsafe(no_mangle)]
pub extern \"C\" fn bactrian_probe(n: isize) -> isize {
    std::thread::spawn(move || n + 1).join().unwrap_or(0)
}
";

const OCAML: &str = "\
external probe : (int[@untagged]) -> (int[@untagged])
  = \"bactrian_probe_byte\" \"bactrian_probe\"
[@@noalloc]

let () = print_int (probe 41)
";

/// Makes it, if both compilers are good.
pub fn examine(machine: &Machine, report: &mut Report) {
    let (Some(_), Some(_)) = (&machine.target, &machine.ocamlopt) else { return };
    if machine.cross {
        return report.note("linking", "not tried, since Rust builds for another machine", "");
    }
    let folder = match Folder::new() {
        Ok(folder) => folder,
        Err(error) => {
            let text = format!("no folder for temporary files: {error}");
            return report.problem(
                "linking",
                text,
                "set TMPDIR to a folder that can be written to",
            );
        }
    };
    match flags(&folder.0) {
        Ok(flags) => {
            report.fine("link flags", flags.join(" "));
            link(machine, &folder.0, &flags, report);
        }
        Err(silence) => report.problem(
            "link flags",
            format!("no static library can be made: {}", silence.of("rustc")),
            "the standard library of Rust for this target may be missing: rustup target add, or install Rust again",
        ),
    }
}

/// What a static library of Rust wants of the system's linker.
fn flags(folder: &Path) -> Result<Vec<String>, Silence> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(folder).args(["--edition", "2024", "--crate-type", "staticlib"]);
    let answer = ask(rustc.args([
        "--print",
        "native-static-libs",
        "-o",
        "libbactrian_probe.a",
        "probe.rs",
    ]))?;
    let said = answer.errors.lines().chain(answer.output.lines());
    let flags = said.filter_map(|line| line.split_once("native-static-libs:")).next_back();
    Ok(flags.map_or("", |(_, flags)| flags).split_whitespace().map(str::to_owned).collect())
}

fn link(machine: &Machine, folder: &Path, flags: &[String], report: &mut Report) {
    let mut ocamlopt = machine.ocaml("ocamlopt");
    ocamlopt.current_dir(folder).args(["-o", "probe.exe", "probe.ml", "libbactrian_probe.a"]);
    for flag in flags {
        ocamlopt.args(["-cclib", flag]);
    }
    if let Err(silence) = ask(&mut ocamlopt) {
        return report.problem(
            "linking",
            format!("a program of OCaml and Rust cannot be linked: {}", silence.of("ocamlopt")),
            "the C compiler and linker have to be there (apt-get install gcc libc6-dev; xcode-select --install)",
        );
    }
    match ask(&mut Command::new(folder.join("probe.exe"))) {
        Ok(Answer { output, .. }) if output.trim() == "42" => {
            report.fine("linking", "a program of both languages links and runs");
        }
        Ok(Answer { output, .. }) => {
            let text = format!("a program of both languages prints {output:?} instead of 42");
            report.problem("linking", text, "are ocamlopt, cc and rustc for the same machine?");
        }
        Err(silence) => {
            let text = format!("a program of both languages links, but {}", silence.of("it"));
            report.problem(
                "linking",
                text,
                "can programs be run in the folder for temporary files? (TMPDIR)",
            );
        }
    }
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("bactrian-doctor-{}", std::process::id()));
        fs::create_dir(&folder)?;
        let folder = Folder(folder);
        fs::write(folder.0.join("probe.rs"), RUST)?;
        fs::write(folder.0.join("probe.ml"), OCAML)?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
