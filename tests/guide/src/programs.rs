//! Pages as programs: each a module of one static library, and an executable of OCaml.

use crate::page::Page;
use crate::scratch::{Scratch, dependencies, run, run_bounded};

/// The flags of OCaml: snippets may leave things unused.
const FLAGS: &str = ":standard -w +a-4-9-26-27-32..39-40..42-44-45-69-70";

/// What a page links that names these modules.
const LIBRARIES: &[(&str, &str)] = &[
    ("Future", "bactrian.future"),
    ("Lwt", "bactrian-lwt lwt lwt.unix"),
    ("Lwt_direct.", "lwt_direct"),
    ("Bactrian_lwt_direct", "bactrian-lwt.direct"),
    ("Bactrian_eio", "bactrian-eio eio eio_main"),
    ("Bactrian_domainslib", "bactrian-domainslib domainslib"),
];

/// Builds all of them and runs each, and returns how many there are.
pub fn check(scratch: &Scratch, pages: &[Page]) -> Result<usize, Vec<String>> {
    let pages: Vec<_> = pages
        .iter()
        .filter(|p| p.program("rust").chain(p.program("ocaml")).next().is_some())
        .collect();
    let programs: Vec<_> =
        pages.iter().copied().filter(|p| p.program("ocaml").next().is_some()).collect();
    write(scratch, &pages, &programs).map_err(|e| vec![e])?;
    build(scratch).map_err(|e| vec![e])?;
    let mut failures = Vec::new();
    for page in &programs {
        if let Err(error) = run_page(scratch, page) {
            failures.push(error);
        }
    }
    if failures.is_empty() { Ok(pages.len()) } else { Err(failures) }
}

fn write(scratch: &Scratch, pages: &[&Page], programs: &[&Page]) -> Result<(), String> {
    scratch.write(
        "book/Cargo.toml",
        &format!(
            "[package]\nname = \"guide_pages\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\n[workspace]\n\n\
             [lib]\ncrate-type = [\"staticlib\", \"cdylib\"]\n\n[profile.release]\ndebug = \"line-tables-only\"\n",
            dependencies(scratch)
        ),
    )?;
    scratch.copy_lock("book")?;
    let modules: String = pages.iter().map(|page| format!("mod {};\n", page.module())).collect();
    scratch.write(
        "book/src/lib.rs",
        &format!(
            "#![deny(warnings)]\n#![allow(dead_code, unused_variables)]\n\n\
             // Snippets that are written for ocaml-interop.\nextern crate bactrian as ocaml_interop;\n\n{modules}"
        ),
    )?;
    let mut kept = vec!["lib.rs".to_owned()];
    for page in pages {
        let name = format!("{}.rs", page.module());
        scratch.write(&format!("book/src/{name}"), &page.source("rust"))?;
        kept.push(name);
    }
    scratch.keep_only("book/src", &kept);

    scratch.vendor("book/bactrian")?;
    scratch.write("book/dune-project", "(lang dune 3.11)\n")?;
    scratch.write(
        "book/dune",
        "(vendored_dirs bactrian)\n(data_only_dirs src)\n\n(library\n (name guide_pages)\n (modules)\n \
         (foreign_archives guide_pages)\n (c_library_flags (-lpthread -ldl -lm)))\n",
    )?;
    let mut kept = Vec::new();
    for page in programs {
        let module = page.module();
        let c = page.source("c");
        let stubs = if c.is_empty() {
            String::new()
        } else {
            scratch.write(&format!("book/pages/{module}/{module}_stubs.c"), &c)?;
            format!(" (foreign_stubs (language c) (names {module}_stubs))\n")
        };
        let ocaml = page.source("ocaml");
        let used: String = LIBRARIES
            .iter()
            .filter(|(name, _)| ocaml.contains(name))
            .map(|(_, libraries)| format!("{libraries} "))
            .collect();
        scratch.write(
            &format!("book/pages/{module}/dune"),
            &format!(
                "(executable\n (name {module})\n (modes exe byte_complete)\n (flags ({FLAGS}))\n{stubs} \
                 (libraries bactrian {used}guide_pages threads.posix unix))\n"
            ),
        )?;
        scratch.write(&format!("book/pages/{module}/{module}.ml"), &ocaml)?;
        kept.push(module);
    }
    scratch.keep_only("book/pages", &kept);
    Ok(())
}

fn build(scratch: &Scratch) -> Result<(), String> {
    let named = |error: String| error.replace("src/", "guide, module src/");
    run(
        "building the Rust of the guide",
        scratch.cargo("book").args(["build", "--quiet", "--release"]),
    )
    .map_err(named)?;
    scratch.copy(&scratch.built("release/libguide_pages.a"), "book/libguide_pages.a")?;
    let dynamic = ["so", "dylib"]
        .map(|suffix| scratch.built(&format!("release/libguide_pages.{suffix}")))
        .into_iter()
        .find(|path| path.exists())
        .ok_or("cargo made no dynamic library of the guide")?;
    scratch.copy(&dynamic, "book/dllguide_pages.so")?;
    run(
        "building the OCaml of the guide",
        scratch.command("dune", "book").args([
            "build",
            "--root",
            ".",
            "--display=quiet",
            "./pages",
        ]),
    )
    .map(drop)
}

/// Runs a program natively, with a minor heap of 512 words, and as bytecode: it prints what the page says.
fn run_page(scratch: &Scratch, page: &Page) -> Result<(), String> {
    let module = page.module();
    let wanted = page.output();
    for (how, suffix, heap) in [
        ("natively", "exe", ""),
        ("with a tiny minor heap", "exe", "s=512"),
        ("as bytecode", "bc.exe", ""),
    ] {
        let what = format!("{}, {how}", page.path.display());
        let mut command =
            scratch.command(&format!("./_build/default/pages/{module}/{module}.{suffix}"), "book");
        command.env("OCAMLRUNPARAM", heap);
        let found = run_bounded(&what, &mut command)?;
        if found != wanted {
            return Err(format!(
                "{what}: the page says that this is printed:\n{wanted}\nbut it is\n{found}"
            ));
        }
    }
    Ok(())
}
