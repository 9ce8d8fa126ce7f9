//! The files that `bactrian new` and `bactrian add-crate` write: `templates/`, with marks such as `@name@` filled in.

use bactrian_schema::names::module_of_unit;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Who starts whom, and how they wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An OCaml program that calls Rust.
    Direct,
    /// An OCaml program that awaits Rust under Lwt.
    Lwt,
    /// An OCaml program that awaits Rust in fibres of Eio.
    Eio,
    /// A Rust program with OCaml inside.
    RustDriven,
}

impl Kind {
    /// The commands that run and test such a project.
    pub fn commands(self) -> (&'static str, &'static str) {
        match self {
            Kind::Direct | Kind::Lwt | Kind::Eio => ("dune exec ./main.exe", "dune test"),
            Kind::RustDriven => ("cargo run", "cargo test"),
        }
    }

    /// The files, by their places.
    pub fn files(self) -> Vec<(&'static str, &'static str)> {
        let mut files = vec![
            (".gitignore", include_str!("../templates/common/gitignore")),
            (".ocamlformat", include_str!("../templates/common/ocamlformat")),
        ];
        if self == Kind::RustDriven {
            files.extend([
                (".github/workflows/ci.yml", include_str!("../templates/rust_driven/ci.txt")),
                ("Cargo.toml", include_str!("../templates/rust_driven/Cargo.txt")),
                ("README.md", include_str!("../templates/rust_driven/README.md")),
                ("build.rs", include_str!("../templates/rust_driven/build.rs")),
                ("ocaml/@name@_ocaml.ml", include_str!("../templates/rust_driven/ocaml.ml")),
                ("ocaml/@name@_ocaml.opam", include_str!("../templates/rust_driven/opam.txt")),
                ("ocaml/dune", include_str!("../templates/rust_driven/ocaml_dune.txt")),
                ("ocaml/dune-project", include_str!("../templates/rust_driven/dune_project.txt")),
                ("src/lib.rs", include_str!("../templates/rust_driven/lib.rs")),
                ("src/main.rs", include_str!("../templates/rust_driven/main.rs")),
                ("tests/greets.rs", include_str!("../templates/rust_driven/test.rs")),
            ]);
            return files;
        }
        files.extend([
            (".github/workflows/ci.yml", include_str!("../templates/ocaml/ci.txt")),
            ("@name@.opam", include_str!("../templates/ocaml/opam.txt")),
            ("Cargo.toml", include_str!("../templates/ocaml/workspace.txt")),
            ("README.md", include_str!("../templates/ocaml/README.md")),
            ("dune", include_str!("../templates/ocaml/dune.txt")),
            ("dune-project", include_str!("../templates/ocaml/dune_project.txt")),
            ("rust/Cargo.toml", include_str!("../templates/ocaml/Cargo.txt")),
            ("rust/dune", include_str!("../templates/ocaml/rust_dune.txt")),
            ("test/dune", include_str!("../templates/ocaml/test_dune.txt")),
        ]);
        let [main, lib, test] = match self {
            Kind::Lwt => [
                include_str!("../templates/lwt/main.ml"),
                include_str!("../templates/lwt/lib.rs"),
                include_str!("../templates/lwt/test.ml"),
            ],
            Kind::Eio => [
                include_str!("../templates/eio/main.ml"),
                include_str!("../templates/eio/lib.rs"),
                include_str!("../templates/eio/test.ml"),
            ],
            _ => [
                include_str!("../templates/direct/main.ml"),
                include_str!("../templates/direct/lib.rs"),
                include_str!("../templates/direct/test.ml"),
            ],
        };
        files.extend([("main.ml", main), ("rust/src/lib.rs", lib), ("test/test_@name@.ml", test)]);
        files
    }

    /// What stands for a mark in the files of such a project.
    fn marks(self) -> [(&'static str, &'static str); 5] {
        const TASK: &str =
            ", features = [\"task\"] }\ntokio = { version = \"1\", features = [\"time\"]";
        let [libraries, bindings_libraries, features, depends, opam_depends] = match self {
            Kind::Lwt => [
                "@name@_rust lwt lwt.unix",
                "bactrian bactrian-lwt lwt",
                TASK,
                "\n  lwt",
                "\n  \"lwt\"",
            ],
            Kind::Eio => [
                "@name@_rust bactrian-eio eio eio_main",
                "bactrian bactrian.future",
                TASK,
                "\n  domain-local-await\n  eio_main",
                "\n  \"domain-local-await\"\n  \"eio_main\"",
            ],
            Kind::Direct | Kind::RustDriven => ["@name@_rust", "bactrian", "", "", ""],
        };
        [
            ("@libraries@", libraries),
            ("@bindings_libraries@", bindings_libraries),
            ("@features@", features),
            ("@depends@", depends),
            ("@opam_depends@", opam_depends),
        ]
    }

    /// A template with its marks filled in, for the project of this name.
    pub fn fill(self, template: &str, name: &str) -> String {
        let text = self
            .marks()
            .iter()
            .fold(template.to_owned(), |text, (m, value)| text.replace(m, value));
        fill(&text, &[("name", name), ("module", &module_of_unit(name))])
    }
}

/// A template with `@mark@` replaced by the mark's value.
pub fn fill(template: &str, marks: &[(&str, &str)]) -> String {
    marks
        .iter()
        .fold(template.to_owned(), |text, (mark, value)| text.replace(&format!("@{mark}@"), value))
}

/// A dune file as dune lays it out: where lines break depends on the lengths of names. Without a dune it stays as it is.
pub fn format_dune(text: String) -> String {
    let run = || -> std::io::Result<Option<String>> {
        let mut dune = Command::new("dune")
            .args(["format-dune-file", "--dune-version", "3.11"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = dune.stdin.take() {
            // It fails when dune ended already, which its exit status says.
            let _ = input.write_all(text.as_bytes());
        }
        let output = dune.wait_with_output()?;
        Ok(output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten())
    };
    match run() {
        Ok(Some(formatted)) if !formatted.is_empty() => formatted,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        for kind in [Kind::Direct, Kind::Lwt, Kind::Eio, Kind::RustDriven] {
            for (path, text) in kind.files() {
                let filled = kind.fill(&format!("{path}\n{text}"), "n");
                let left = filled.split('@').skip(1).step_by(2).find(|mark| {
                    !mark.is_empty() && mark.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                });
                assert_eq!(left, None, "{path}: {filled}");
            }
        }
    }
}
