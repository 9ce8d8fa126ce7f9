//! The command line.

use crate::add_crate;
use crate::bindings::{self, Options};
use crate::doctor;
use crate::error::{Error, Result};
use crate::imports::{self, Search};
use crate::inspect;
use crate::library::Library;
use crate::new::{self, Kind};
use crate::output::{self, File};
use crate::style::Style;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// OCaml 5 and Rust in one program.
#[derive(Parser)]
#[command(
    name = "bactrian",
    version,
    about,
    max_term_width = 100,
    after_long_help = "\
Examples:
  bactrian new hello && cd hello && dune exec ./main.exe
  bactrian doctor
  bactrian help bindings

Exit codes: 0 when all is well, 1 when something is not, 2 when the command line is wrong. Errors go to standard error. \
Colours are for terminals, and not where NO_COLOR is set."
)]
struct Command {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Add a second library with Rust inside to a project.
    AddCrate(AddCrate),
    /// Write the OCaml side of a Rust library.
    Bindings(Bindings),
    /// Print a script that lets a shell complete this command.
    Completions(Completions),
    /// Say what is wrong with this machine or project, and what to do.
    Doctor(Doctor),
    /// Write the Rust side of an OCaml module.
    Imports(Imports),
    /// Print what a Rust library says of its functions and types.
    Inspect(Inspect),
    /// Make a project that builds, tests and runs at once.
    New(New),
}

/// Make a project of OCaml and Rust in a new folder: it builds, tests and runs at once.
///
/// The OCaml side of its Rust functions is generated when it is built. It has what a repository needs: opam file,
/// `.gitignore`, a workflow for GitHub's CI, and tests.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian new hello && cd hello && dune exec ./main.exe
  bactrian new fetcher --lwt
  bactrian new fetcher --eio
  bactrian new tool --rust-driven && cd tool && cargo run

Exit codes: 0 when the project was made, 1 when not, 2 when the command line is wrong.")]
struct New {
    /// The folder, whose name is that of the project.
    #[arg(value_name = "NAME")]
    folder: PathBuf,
    /// An OCaml program that calls Rust functions (the default).
    #[arg(long, group = "kind")]
    direct: bool,
    /// An OCaml program that awaits async Rust functions under Lwt.
    #[arg(long, group = "kind")]
    lwt: bool,
    /// An OCaml program that awaits async Rust functions in fibres of Eio.
    #[arg(long, group = "kind")]
    eio: bool,
    /// A Rust program with OCaml libraries inside.
    #[arg(long)]
    rust_driven: bool,
    /// A copy of Bactrian's repository; by default the one that this command was built from.
    #[arg(long, value_name = "FOLDER")]
    bactrian: Option<PathBuf>,
}

/// Add a second library with Rust inside to a project that `bactrian new` made.
///
/// A program links one static library of Rust. So the folder `umbrella` gets a crate that depends on all others, and of which
/// Cargo makes that library; the OCaml libraries name the virtual library `bactrian.rust`, and each executable the umbrella.
/// Nothing is changed when a file is not as `bactrian new` made it: the message then says what to write by hand.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian add-crate store
  bactrian add-crate store --project ../hello

Exit codes: 0 when the crate was added, 1 when nothing was changed, 2 when the command line is wrong.")]
struct AddCrate {
    /// The crate: also the name of its folder, and of its OCaml library with `_rust` behind it.
    #[arg(value_name = "NAME")]
    name: String,
    /// A folder of the project.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    project: PathBuf,
}

/// Print a script that lets a shell complete this command's words.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian completions bash > ~/.local/share/bash-completion/completions/bactrian
  bactrian completions zsh > ~/.zfunc/_bactrian      # with fpath+=~/.zfunc before compinit
  bactrian completions fish > ~/.config/fish/completions/bactrian.fish

Exit codes: 0 when the script was printed, 2 when the command line is wrong.")]
struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Say what is wrong with this machine or project, and what to do about it.
///
/// It asks the toolchain of Rust, OCaml and dune on PATH, makes and runs a small program of both languages, and looks at the
/// project around the folder: its libraries and crates, and what it was built with. Nothing is changed or downloaded.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian doctor
  bactrian doctor --project ../hello
  bactrian doctor --json | jq '.[] | select(.state == \"problem\")'

Exit codes: 0 when there is no problem, 1 when there is one, 2 when the command line is wrong.")]
struct Doctor {
    /// A folder of the project.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    project: PathBuf,
    /// Print a list of objects, each with check, state (ok, note, problem), found and advice.
    #[arg(long)]
    json: bool,
}

/// Write the OCaml side of a Rust library: an `.ml` and an `.mli` for each crate that exports something.
///
/// What is exported, and which OCaml types it has, is read out of the library, where the macros of Bactrian put it. The
/// library is not run, and need not be for this machine.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian bindings target/release/libengine.a -o src
  bactrian bindings libengine.a -o . --name rust
  bactrian bindings libumbrella.a -o . --crate engine --crate store
  bactrian bindings libengine.a -o src --check

In a dune file:
  (rule
   (targets engine.ml engine.mli)
   (action
    (run bactrian bindings %{dep:libengine.a} -o .)))

Exit codes: 0 when all is well, 1 when not or when --check finds a difference, 2 when the command line is wrong.")]
struct Bindings {
    /// The library: static, shared, an object file or an executable.
    #[arg(value_name = "LIBRARY")]
    library: PathBuf,
    /// The folder to write to.
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// Write nothing; print how the files in the folder differ, and fail if they do.
    #[arg(long)]
    check: bool,
    /// Only the exports of this crate; may be given several times.
    #[arg(long = "crate", value_name = "CRATE")]
    crates: Vec<String>,
    /// The name of the file, without its ending; the crate's name if none is given.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Put the functions that Rust calls into a file of this name. Use it where their modules use the bindings.
    #[arg(long, value_name = "NAME")]
    imports: Option<String>,
    /// How wide lines may be.
    #[arg(long, value_name = "COLUMNS", default_value_t = 80)]
    margin: usize,
}

/// Write the Rust side of an OCaml module: `ocaml!` for its values, and derives for its types.
///
/// What cannot be said in Rust is left out, with a comment that says why, and a warning.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian imports _build/default/src/.maths.objs/byte/maths.cmti -o rust/src/maths.rs
  bactrian imports src/maths.mli -I _build/default/src/.shared.objs/byte -o rust/src/maths.rs
  bactrian imports maths.cmi -o rust/src/maths.rs --strict
  bactrian imports maths.cmti -o rust/src/maths.rs --check

A .cmti is best: it knows where the interfaces of other modules are, and has the documentation, which a .cmi has not.
The file is read by the `ocaml` on PATH, with the libraries of its compiler.

Exit codes: 0 when all is well, 1 when not, when --check finds a difference, or when --strict finds something left out; \
2 when the command line is wrong.")]
struct Imports {
    /// The interface: .cmti, .cmi, .cmt or .mli.
    #[arg(value_name = "INTERFACE")]
    interface: PathBuf,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write nothing; print how the file differs, and fail if it does.
    #[arg(long)]
    check: bool,
    /// Fail when something is left out.
    #[arg(long)]
    strict: bool,
    /// Have functions give a `Result`, with OCaml's exception as the error.
    #[arg(long)]
    fallible: bool,
    /// Where interfaces of other modules are; may be given several times.
    #[arg(short = 'I', value_name = "FOLDER")]
    include: Vec<PathBuf>,
    /// A module that the interface finds open; may be given several times.
    #[arg(long, value_name = "MODULE")]
    open: Vec<String>,
    /// The path of the module, where OCaml would not find it under its own name.
    #[arg(long, value_name = "PATH")]
    module: Option<String>,
}

/// Print what a Rust library says of its functions and types.
///
/// It is what `bactrian bindings` reads. `bactrian inspect` refuses nothing that it can read.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  bactrian inspect target/release/libengine.a
  bactrian inspect libengine.a --function greet
  bactrian inspect libengine.a --json

To see what an OCaml value is made of, call `Bactrian.Inspect.print` in a test program.

Exit codes: 0 when all is well, 1 when not, 2 when the command line is wrong.")]
struct Inspect {
    /// The library: static, shared, an object file or an executable.
    #[arg(value_name = "LIBRARY")]
    library: PathBuf,
    /// All about the functions of this name: in OCaml, in Rust, or the symbol.
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let command = Command::parse();
    let done = match command.command {
        What::AddCrate(arguments) => run_add_crate(arguments),
        What::Bindings(arguments) => run_bindings(arguments),
        What::Completions(arguments) => run_completions(arguments),
        What::Doctor(arguments) => Ok(run_doctor(arguments)),
        What::Imports(arguments) => run_imports(arguments),
        What::Inspect(arguments) => run_inspect(arguments),
        What::New(arguments) => run_new(arguments),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bactrian: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_new(arguments: New) -> Result<ExitCode> {
    let New { direct, lwt, eio, rust_driven, .. } = arguments;
    if rust_driven && (direct || lwt || eio) {
        // Exits as for any other wrong command line.
        let why = "--rust-driven makes a program that Rust starts; --direct, --lwt and --eio say how a program that OCaml starts \
                   waits for Rust. Choose one of them.";
        Command::command().error(clap::error::ErrorKind::ArgumentConflict, why).exit();
    }
    let kind = match (lwt, eio, rust_driven) {
        (true, ..) => Kind::Lwt,
        (_, true, _) => Kind::Eio,
        (.., true) => Kind::RustDriven,
        _ => Kind::Direct,
    };
    let files = new::create(&arguments.folder, kind, arguments.bactrian.as_deref())?;
    let (run, test) = kind.commands();
    println!("{} files in {}. Now:", files.len(), arguments.folder.display());
    println!("  cd {:?}", arguments.folder);
    println!("  {run}");
    println!("  {test}");
    Ok(ExitCode::SUCCESS)
}

fn run_imports(arguments: Imports) -> Result<ExitCode> {
    let (interface, output) = (&arguments.interface, &arguments.output);
    let (folder, name) = match (output.parent(), output.file_name()) {
        (Some(folder), Some(name)) => (folder, name.to_string_lossy().into_owned()),
        _ => return Err(Error::new(format!("{} is no name for a file", output.display()))),
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let search = Search { folders: arguments.include, open: arguments.open };
    let style = imports::Style { fallible: arguments.fallible };
    let generated = imports::generate(interface, arguments.module.as_deref(), &search, &style)?;
    for what in &generated.left_out {
        let kind = if arguments.strict { "error" } else { "warning" };
        eprintln!("bactrian: {kind}: {what}");
    }
    if arguments.strict && !generated.left_out.is_empty() {
        return Err(Error::new(format!(
            "{} has what Rust cannot say, so nothing was written",
            interface.display()
        )));
    }
    let files = [File { name, text: generated.text }];
    if !arguments.check {
        output::write(folder, &files)?;
        return Ok(ExitCode::SUCCESS);
    }
    let differences = output::differences(folder, &files, "interface")?;
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    print!("{differences}");
    eprintln!(
        "bactrian: {} is not that of the interface; `bactrian imports` without --check writes it",
        output.display()
    );
    Ok(ExitCode::FAILURE)
}

fn run_add_crate(arguments: AddCrate) -> Result<ExitCode> {
    let added = add_crate::add(&arguments.project, &arguments.name)?;
    for path in added.new {
        println!("new:     {path}");
    }
    for path in added.changed {
        println!("changed: {path}");
    }
    println!(
        "In {}, each executable with Rust inside names the library {}.",
        added.folder.display(),
        added.umbrella
    );
    Ok(ExitCode::SUCCESS)
}

fn run_completions(arguments: Completions) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Command::command(), "bactrian", &mut script);
    match std::io::stdout().write_all(&script) {
        // Whoever reads it has read enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::new(format!("cannot print the script: {error}")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn run_doctor(arguments: Doctor) -> ExitCode {
    let report = doctor::examine(&arguments.project);
    let problems = report.problems();
    if arguments.json {
        print!("{}", report.json());
    } else {
        print!("{}", report.text(Style::of(&std::io::stdout())));
        match problems {
            0 => println!("No problem was found."),
            1 => println!("1 problem was found."),
            _ => println!("{problems} problems were found."),
        }
    }
    if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_inspect(arguments: Inspect) -> Result<ExitCode> {
    let library = Library::read(&arguments.library)?;
    let text = match (&arguments.function, arguments.json) {
        (None, false) => inspect::summary(&library),
        (None, true) => inspect::json(&library),
        (Some(name), false) => {
            let functions = inspect::functions(&library, name)?;
            let details: Vec<_> = functions.into_iter().map(inspect::details).collect();
            details.join("\n")
        }
        (Some(name), true) => inspect::functions_json(&inspect::functions(&library, name)?),
    };
    // A reader that has seen enough, such as `head`, is no error.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn run_bindings(arguments: Bindings) -> Result<ExitCode> {
    let library = Library::read(&arguments.library)?;
    let options = Options {
        crates: arguments.crates,
        name: arguments.name,
        imports: arguments.imports,
        margin: arguments.margin,
    };
    let files = bindings::generate(&library.entries, &options)?;
    if !arguments.check {
        output::write(&arguments.output, &files)?;
        return Ok(ExitCode::SUCCESS);
    }
    let differences = output::differences(&arguments.output, &files, "library")?;
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    print!("{differences}");
    eprintln!(
        "bactrian: the files in {} are not those of the library; `bactrian bindings` without --check writes them",
        arguments.output.display()
    );
    Ok(ExitCode::FAILURE)
}
