//! The toolchain: Rust, OCaml, dune.

use super::Report;
use super::tool::{Silence, ask, version};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const OLDEST_OCAML: (u32, u32) = (5, 2);
const OLDEST_DUNE: (u32, u32) = (3, 11);

/// What the checks of projects, and the probe, go on from.
#[derive(Default)]
pub struct Machine {
    /// The target that Rust builds for, if rustc is good.
    pub target: Option<String>,
    /// Is that another machine than this one?
    pub cross: bool,
    /// Can cargo be asked?
    pub cargo: bool,
    /// `ocamlfind`, before the name of a compiler; nothing where there is none.
    pub ocamlfind: bool,
    /// What ocamlopt says of itself, if it is good.
    pub ocamlopt: Option<Config>,
}

/// What `ocamlopt -config` prints.
pub struct Config(BTreeMap<String, String>);

impl Config {
    fn parse(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once(':'));
        Config(pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
    }

    /// A field; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Machine {
    /// A compiler of OCaml, as it is run here.
    pub fn ocaml(&self, compiler: &str) -> Command {
        if !self.ocamlfind {
            return Command::new(compiler);
        }
        let mut command = Command::new("ocamlfind");
        command.arg(compiler);
        command
    }
}

/// Looks at the toolchain.
pub fn examine(report: &mut Report) -> Machine {
    let mut machine = Machine::default();
    rustc(&mut machine, report);
    cargo(&mut machine, report);
    ocamlfind(&mut machine, report);
    ocaml(&mut machine, report);
    architectures(&machine, report);
    dune(report);
    machine
}

fn rustc(machine: &mut Machine, report: &mut Report) {
    const CHECK: &str = "rustc";
    const WANTED: &str = env!("CARGO_PKG_RUST_VERSION");
    let advice = format!(
        "install Rust {WANTED} or newer, for example with rustup (https://rustup.rs): rustup update stable"
    );
    let answer = match ask(Command::new("rustc").args(["--version", "--verbose"])) {
        Ok(answer) => answer.output,
        Err(silence) => return report.problem(CHECK, silence.of("rustc"), advice),
    };
    let field = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let release = field("release:").unwrap_or_default();
    let Some(found) = version(release) else {
        return report.problem(CHECK, format!("rustc says no version: {}", answer.trim()), advice);
    };
    if Some(found) < version(WANTED) {
        return report.problem(CHECK, format!("{release} is older than {WANTED}"), advice);
    }
    let host = field("host:").unwrap_or_default().to_owned();
    let chosen = std::env::var("CARGO_BUILD_TARGET").ok().filter(|target| !target.is_empty());
    report.fine(CHECK, format!("{release}, {host}"));
    machine.cross = chosen.as_ref().is_some_and(|chosen| *chosen != host);
    machine.target = Some(chosen.unwrap_or(host));
}

fn cargo(machine: &mut Machine, report: &mut Report) {
    const CHECK: &str = "cargo";
    match ask(Command::new("cargo").arg("--version")) {
        Ok(answer) => {
            machine.cargo = true;
            let text = answer.output.trim();
            report.fine(CHECK, text.strip_prefix("cargo ").unwrap_or(text));
        }
        Err(silence) => {
            let home = std::env::var_os("HOME").unwrap_or_default();
            let at_home = Path::new(&home).join(".cargo/bin/cargo");
            let advice = match silence {
                Silence::Missing if at_home.exists() => "put ~/.cargo/bin on PATH: . ~/.cargo/env",
                Silence::Missing => "install it with Rust: https://rustup.rs",
                _ => "run `cargo --version` to see what is wrong with it",
            };
            report.problem(CHECK, silence.of("cargo"), advice);
        }
    }
}

fn ocamlfind(machine: &mut Machine, report: &mut Report) {
    const CHECK: &str = "ocamlfind";
    let mut query = Command::new("ocamlfind");
    match ask(query.args(["query", "-format", "%v", "findlib"])) {
        Ok(answer) => {
            machine.ocamlfind = true;
            report.fine(CHECK, answer.output.trim());
        }
        // dune does without; only the libraries of the project cannot be looked for.
        Err(Silence::Missing) => report.note(
            CHECK,
            "ocamlfind is not on PATH; the compilers on PATH are used",
            "opam install ocamlfind, or apt-get install ocaml-findlib",
        ),
        Err(silence) => {
            machine.ocamlfind = true;
            report.problem(
                CHECK,
                silence.of("ocamlfind"),
                "install it again: opam reinstall ocamlfind",
            );
        }
    }
}

fn ocaml(machine: &mut Machine, report: &mut Report) {
    const CHECK: &str = "OCaml";
    const INSTALL: &str =
        "install OCaml 5.2 or newer, for example with opam: opam switch create . 5.4.1";
    let found = match ask(machine.ocaml("ocamlc").arg("-version")) {
        Ok(answer) => answer.output.trim().to_owned(),
        Err(silence) => return report.problem(CHECK, silence.of("ocamlc"), INSTALL),
    };
    if version(&found).is_none_or(|found| found < OLDEST_OCAML) {
        return report.problem(CHECK, format!("OCaml {found} is older than 5.2"), INSTALL);
    }
    let config = match ask(machine.ocaml("ocamlopt").arg("-config")) {
        Ok(answer) => Config::parse(&answer.output),
        Err(silence) => {
            let advice = "install an OCaml with ocamlopt: with this one, only bytecode programs can be built";
            return report.problem(
                CHECK,
                format!("{found}, but {}", silence.of("ocamlopt")),
                advice,
            );
        }
    };
    if config.get("version") != found {
        let text = format!("ocamlc is {found}, and ocamlopt is {}", config.get("version"));
        return report.problem(
            CHECK,
            text,
            "put the compilers of one OCaml first on PATH: eval $(opam env)",
        );
    }
    let place = config.get("standard_library");
    report.fine(CHECK, format!("{found}, {}, at {place}", config.get("architecture")));
    let before = report.problems();
    features(&config, report);
    switch(&config, report);
    if report.problems() == before {
        machine.ocamlopt = Some(config);
    }
}

/// How OCaml was configured.
fn features(config: &Config, report: &mut Report) {
    const CHECK: &str = "OCaml's features";
    const ADVICE: &str = "choose a switch of another OCaml: opam switch create . 5.4.1";
    for (field, good, wrong) in [
        ("systhread_supported", "true", "this OCaml has no threads (systhreads)"),
        ("word_size", "64", "this OCaml is not a 64-bit one"),
        ("flat_float_array", "true", "this OCaml was configured without flat float arrays"),
        ("reserved_header_bits", "0", "this OCaml reserves header bits"),
        ("naked_pointers", "false", "this OCaml allows naked pointers"),
    ] {
        // A field that a version of OCaml does not print says nothing.
        if !["", good].contains(&config.get(field)) {
            return report.problem(CHECK, wrong, ADVICE);
        }
    }
    report.fine(CHECK, "native code, systhreads, 64 bits, flat float arrays");
}

/// Is the OCaml on PATH the one that opam's environment is about?
fn switch(config: &Config, report: &mut Report) {
    const CHECK: &str = "opam switch";
    let Some(prefix) = std::env::var_os("OPAM_SWITCH_PREFIX").filter(|prefix| !prefix.is_empty())
    else {
        return;
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (prefix, library) = (Path::new(&prefix), Path::new(config.get("standard_library")));
    // A switch of the system's OCaml has its standard library elsewhere, and says so in a file.
    let of_system = prefix.join(".opam-switch/packages").read_dir().is_ok_and(|packages| {
        let mut names = packages.flatten().map(|package| package.file_name());
        names.any(|name| name.to_string_lossy().starts_with("ocaml-system."))
    });
    if of_system || real(library).starts_with(real(prefix)) {
        report.fine(CHECK, prefix.display().to_string());
    } else {
        let text = format!(
            "opam's environment is {}, but OCaml is at {}",
            prefix.display(),
            library.display()
        );
        report.problem(CHECK, text, "eval $(opam env), or unset OPAM_SWITCH_PREFIX");
    }
}

/// OCaml's words for Rust's architectures.
fn architectures(machine: &Machine, report: &mut Report) {
    const CHECK: &str = "architectures";
    let (Some(target), Some(config)) = (&machine.target, &machine.ocamlopt) else { return };
    let rust = target.split('-').next().unwrap_or_default();
    let wanted = match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" | "powerpc64le" => "power",
        other if other.starts_with("riscv64") => "riscv",
        other => other,
    };
    let ocaml = config.get("architecture");
    let (macos, ocaml_macos) = (target.contains("apple"), config.get("system") == "macosx");
    if wanted == ocaml && macos == ocaml_macos {
        report
            .fine(CHECK, format!("Rust's {target} is OCaml's {ocaml} ({})", config.get("system")));
    } else {
        report.problem(
            CHECK,
            format!("Rust builds for {target}, and OCaml for {ocaml} ({})", config.get("system")),
            "let both build for one: CARGO_BUILD_TARGET or build.target in .cargo/config.toml, rustup target add, or another switch",
        );
    }
}

fn dune(report: &mut Report) {
    const CHECK: &str = "dune";
    const ADVICE: &str = "opam install 'dune>=3.11', or apt-get install ocaml-dune";
    match ask(Command::new("dune").arg("--version")) {
        Ok(answer) => {
            let found = answer.output.trim();
            if version(found).is_some_and(|found| found >= OLDEST_DUNE) {
                report.fine(CHECK, found);
            } else {
                report.problem(CHECK, format!("{found} is older than 3.11"), ADVICE);
            }
        }
        Err(silence) => report.problem(CHECK, silence.of("dune"), ADVICE),
    }
}
