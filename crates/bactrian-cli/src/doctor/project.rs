//! The project: its link to Bactrian, its libraries and crates, and what it was built with.

use super::Report;
use super::machine::Machine;
use super::tool::ask;
use crate::sexp::{self, Node};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Looks at the project around a folder, if there is one.
pub fn examine(start: &Path, machine: &Machine, report: &mut Report) {
    let start = start.canonicalize().unwrap_or_else(|_| start.to_owned());
    let is_project = |folder: &&Path| {
        folder.join("Cargo.toml").exists()
            && (folder.join("dune-project").exists() || folder.join("ocaml/dune-project").exists())
    };
    let Some(folder) = start.ancestors().find(is_project) else {
        return report.note(
            "project",
            format!("{} is in no project", start.display()),
            "`bactrian new NAME` makes one",
        );
    };
    report.fine("project", folder.display().to_string());
    bactrian(folder, report);
    libraries(folder, machine, report);
    crates(folder, machine, report);
    built_with(folder, machine, report);
}

/// The link that `bactrian new` made.
fn bactrian(folder: &Path, report: &mut Report) {
    const CHECK: &str = "bactrian/";
    let place = folder.join("bactrian");
    if place.join("crates/bactrian/Cargo.toml").exists() {
        return report.fine(CHECK, "a copy of Bactrian's repository");
    }
    let advice =
        "put a copy of Bactrian's repository there, or a link to one: ln -sfn FOLDER bactrian";
    match fs::read_link(&place) {
        Ok(to) => {
            let text = format!("it is a link to {}, where no Bactrian is", to.display());
            report.problem(CHECK, text, advice);
        }
        Err(_) if place.exists() => {
            let advice = "git submodule update --init, if it is a submodule";
            report.problem(CHECK, "it is no copy of Bactrian's repository", advice);
        }
        // Projects that were made in another way find it in theirs.
        Err(_) => {}
    }
}

/// The OCaml libraries that the dune files name, and which are not of the project.
fn libraries(folder: &Path, machine: &Machine, report: &mut Report) {
    const CHECK: &str = "libraries";
    let mut named = BTreeSet::new();
    let mut own = BTreeSet::new();
    for path in dune_files(folder, 0) {
        let stanzas = fs::read_to_string(&path).ok().and_then(|text| sexp::parse(&text));
        for stanza in stanzas.unwrap_or_default() {
            for field in ["name", "public_name"] {
                if stanza.head() == Some("library") {
                    own.extend(words(stanza.field(field)));
                }
            }
            // dune leaves out what is optional and lacks something.
            if stanza.field("optional").is_none() {
                named.extend(words(stanza.field("libraries")));
            }
        }
    }
    for (ours, theirs) in [
        ("bactrian-lwt", &["lwt", "lwt.unix"] as &[_]),
        ("bactrian-eio", &["eio", "eio.unix", "domain-local-await"]),
        ("bactrian-domainslib", &["domainslib", "domain-local-await"]),
    ] {
        if named.contains(ours) {
            named.extend(theirs.iter().map(|library| (*library).to_owned()));
        }
    }
    named.retain(|name| !own.contains(name) && !name.starts_with("bactrian"));
    if !machine.ocamlfind || machine.ocamlopt.is_none() || named.is_empty() {
        return;
    }
    let missing = |name: &&String| ask(Command::new("ocamlfind").args(["query", name])).is_err();
    let missing: Vec<_> = named.iter().filter(missing).map(String::as_str).collect();
    if missing.is_empty() {
        let named: Vec<_> = named.iter().map(String::as_str).collect();
        return report.fine(CHECK, named.join(", "));
    }
    let packages: BTreeSet<_> =
        missing.iter().map(|name| name.split('.').next().unwrap_or(name)).collect();
    let packages: Vec<_> = packages.into_iter().collect();
    report.problem(
        CHECK,
        format!("not installed: {}", missing.join(", ")),
        format!("opam install {}; on Debian, the packages lib…-ocaml-dev", packages.join(" ")),
    );
}

/// The plain words of a field: no variables and no operators.
fn words(field: Option<&Node>) -> Vec<String> {
    let words = field.map(Node::items).unwrap_or_default().iter().skip(1);
    let words = words.filter_map(|word| word.word());
    words.filter(|word| !word.starts_with([':', '%', '"'])).map(str::to_owned).collect()
}

fn dune_files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let skipped = name.starts_with(['.', '_']) || ["bactrian", "target"].contains(&name);
        if name == "dune" && path.is_file() {
            found.push(path);
        } else if path.is_dir() && !path.is_symlink() && !skipped && depth < 16 {
            found.extend(dune_files(&path, depth + 1));
        }
    }
    found
}

/// Are the crates of Cargo.lock here?
fn crates(folder: &Path, machine: &Machine, report: &mut Report) {
    const CHECK: &str = "crates";
    if !machine.cargo {
        return;
    }
    let mut metadata = Command::new("cargo");
    metadata.args(["metadata", "--offline", "--locked", "--format-version", "1"]);
    // What other systems would need is not asked for.
    metadata.args(machine.target.iter().flat_map(|target| ["--filter-platform", target]));
    // Cargo's own word for what is missing is for people who did not ask for --offline.
    let advice = "cargo fetch, while there is a network";
    match ask(metadata.current_dir(folder)) {
        Ok(_) => {
            report.fine(CHECK, "all that Cargo.lock names are here: nothing has to be downloaded")
        }
        Err(silence) => {
            let said = silence.of("cargo");
            let forbidden = std::env::var("CARGO_NET_OFFLINE").is_ok_and(|value| value == "true");
            if said.contains("--locked") || said.contains("lock file") {
                report.note(
                    CHECK,
                    "Cargo.lock is not up to date: the next build changes it",
                    advice,
                );
            } else if ["download", "offline", "no matching package", "failed to get"]
                .iter()
                .any(|word| said.contains(word))
            {
                let text = format!("some have to be downloaded ({said})");
                if forbidden {
                    report.problem(CHECK, text + ", and CARGO_NET_OFFLINE forbids it", advice);
                } else {
                    report.note(CHECK, text, advice);
                }
            } else {
                report.problem(CHECK, said, "run `cargo metadata` in the project to see all of it");
            }
        }
    }
}

/// The OCaml that the Rust side was built for: the build script of bactrian-runtime said which files it read.
fn built_with(folder: &Path, machine: &Machine, report: &mut Report) {
    const CHECK: &str = "built with";
    let Some(config) = &machine.ocamlopt else { return };
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let mut last: Option<(SystemTime, String)> = None;
    for profile in fs::read_dir(folder.join(target)).into_iter().flatten().flatten() {
        for package in fs::read_dir(profile.path().join("build")).into_iter().flatten().flatten() {
            if !package.file_name().to_string_lossy().starts_with("bactrian-runtime-") {
                continue;
            }
            let output = package.path().join("output");
            let (Ok(text), Ok(time)) =
                (fs::read_to_string(&output), output.metadata().and_then(|data| data.modified()))
            else {
                continue;
            };
            let read = text.lines().filter_map(|line| line.strip_suffix("/caml/domain_state.tbl"));
            let library =
                read.filter_map(|line| line.split_once('=')).map(|(_, path)| path).next_back();
            if let Some(library) = library
                && last.as_ref().is_none_or(|(last, _)| *last < time)
            {
                last = Some((time, library.to_owned()));
            }
        }
    }
    let active = config.get("standard_library");
    match last {
        Some((_, library)) if library == active => report.fine(CHECK, format!("the OCaml at {library}")),
        Some((_, library)) => report.note(
            CHECK,
            format!("the Rust side was built for the OCaml at {library}, and the active one is at {active}"),
            "nothing, if that is meant: the next build makes it anew; otherwise choose the switch again: eval $(opam env)",
        ),
        None => {}
    }
}
