use super::*;
use crate::project::is_built;
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A package in a folder of its own, whose path has spaces.
struct Package {
    folder: PathBuf,
    environment: Environment,
}

impl Package {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir()
            .join(format!("bactrian build {} {number}", std::process::id()))
            .join("a 'package'");
        fs::create_dir_all(&folder).unwrap();
        let mut environment = Environment::of_process();
        environment.set("CARGO_MANIFEST_DIR", &folder);
        environment.set("CARGO_PKG_NAME", "a-package");
        environment.set("OUT_DIR", folder.join("target/out"));
        for variable in ["TARGET", "HOST", "BACTRIAN_MODE"] {
            environment.set(variable, "");
        }
        fs::create_dir_all(folder.join("target/out")).unwrap();
        Self { folder, environment }
    }

    /// With a dune project `ocaml` that has a library `calc` in a folder.
    fn with_calc() -> Self {
        let package = Self::new();
        package.write("ocaml/dune-project", "(lang dune 3.0)\n");
        package.write("ocaml/calc/dune", "(library (name calc))\n");
        package
            .write("ocaml/calc/calc.ml", "let () = Callback.register \"twice\" (fun n -> 2 * n)\n");
        package
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn build(&self, dune: Dune) -> Result<Built, Error> {
        dune.run(&self.environment, &mut |_| ())
    }

    /// What Cargo is told besides what to link.
    fn told(&self, dune: Dune) -> Vec<String> {
        let mut told = Vec::new();
        dune.run(&self.environment, &mut |lines| told.extend_from_slice(lines)).unwrap();
        told
    }

    fn error(&self, dune: Dune) -> String {
        self.build(dune).expect_err("it should fail").to_string()
    }

    /// Whether the object that was built has a symbol.
    fn has_symbol(&self, built: &Built, symbol: &str) -> bool {
        let output = self.environment.command("nm").arg(&built.archive).output().unwrap();
        String::from_utf8_lossy(&output.stdout).contains(symbol)
    }

    /// A program in place of another, that answers in this way.
    fn fake(&self, name: &str, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        self.write(name, &format!("#!/bin/sh\n{script}\n"));
        let path = self.folder.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        if let Some(above) = self.folder.parent() {
            let _ = fs::remove_dir_all(above);
        }
    }
}

fn calc() -> Dune {
    Dune::new("ocaml").library("calc")
}

#[test]
fn links_a_library_whole() {
    let package = Package::with_calc();
    let built = package.build(calc()).unwrap();
    assert_eq!(built.mode, Mode::Native);
    assert!(package.has_symbol(&built, "caml_startup_exn"));
    // Nobody mentions the module: it is linked all the same.
    assert!(package.has_symbol(&built, "camlCalc"));
    assert!(built.directives.contains(
        &"cargo::rustc-link-lib=static:+whole-archive=bactrian_ocaml_a_package".to_owned()
    ));
    assert!(built.directives.contains(&"cargo::rustc-link-lib=m".to_owned()));
    let without = package.build(calc().link_all(false)).unwrap();
    assert!(!package.has_symbol(&without, "camlCalc"));
}

#[test]
fn bytecode_by_the_builder_or_the_environment() {
    let mut package = Package::with_calc();
    let built = package.build(calc().mode(Mode::Bytecode)).unwrap();
    assert_eq!(built.mode, Mode::Bytecode);
    assert!(package.has_symbol(&built, "caml_startup_code_exn"));
    package.environment.set("BACTRIAN_MODE", "bytecode");
    assert_eq!(package.build(calc()).unwrap().mode, Mode::Bytecode);
    assert_eq!(package.build(calc().mode(Mode::Native)).unwrap().mode, Mode::Native);
    package.environment.set("BACTRIAN_MODE", "jit");
    assert_eq!(
        package.error(calc()),
        "BACTRIAN_MODE is \"jit\", and should be `native` or `bytecode`."
    );
}

#[test]
fn several_libraries_and_the_ocaml_half() {
    let package = Package::with_calc();
    package.write("ocaml/report/dune", "(library (name report) (libraries calc bactrian))\n");
    package.write("ocaml/report/report.ml", "let () = ignore Bactrian.Dropped\nlet f = ()\n");
    package.write("ocaml/report/report.mli", "val f : unit\n");
    let error = package.error(Dune::new("ocaml").libraries(["calc", "report"]));
    // The message names the file as the user does.
    assert!(error.contains("File \"ocaml/report/report.ml\", line 1"), "{error}");
    package.write("ocaml/report/report.ml", "let f = ignore (Bactrian.Dropped \"\")\n");
    let built = package.build(Dune::new("ocaml").libraries(["calc", "report"])).unwrap();
    assert!(package.has_symbol(&built, "camlReport"));
    assert!(package.has_symbol(&built, "U bactrian_start"));
}

#[test]
fn library_with_rust_inside() {
    let package = Package::with_calc();
    package.write("ocaml/calc/dune", "(library (name calc) (libraries bactrian.rust))\n");
    let built = package.build(calc()).unwrap();
    assert!(package.has_symbol(&built, "camlCalc"));
}

#[test]
fn object_of_the_projects_own() {
    let package = Package::new();
    package.write("ocaml/dune-project", "(lang dune 3.0)\n");
    package.write(
        "ocaml/dune",
        "(include_subdirs unqualified)(executable (name embed) (modes object))\n",
    );
    package.write("ocaml/embed.ml", "let () = Callback.register \"f\" Part.f\n");
    package.write("ocaml/below/part.ml", "let f x = x + 1\n");
    let built = package.build(Dune::new("ocaml").object("embed.exe.o")).unwrap();
    assert!(package.has_symbol(&built, "camlDune__exe__Part"));
    package.write("ocaml/a folder/dune", "(executable (name embed) (modes object))\n");
    package.write("ocaml/a folder/embed.ml", "");
    package.write("ocaml/dune", "(executable (name embed) (modes object))\n");
    package.write("ocaml/part.ml", "let f x = x + 1\n");
    package.build(Dune::new("ocaml").object("a folder/embed.exe.o")).unwrap();
    package.write(
        "ocaml/dune",
        "(include_subdirs unqualified)(executable (name embed) (modes object))\n",
    );
    fs::remove_dir_all(package.folder.join("ocaml/a folder")).unwrap();
    fs::remove_file(package.folder.join("ocaml/part.ml")).unwrap();
    let error = package.error(Dune::new("ocaml").object("other.exe.o"));
    assert!(
        error.starts_with("ocaml does not make other.exe.o: it needs an executable"),
        "{error}"
    );
    // No folder can be added to such a project.
    let error = package.error(Dune::new("ocaml").library("embed"));
    assert!(error.contains("its top dune file hides folders"), "{error}");
}

#[test]
fn project_in_the_packages_own_folder() {
    let package = Package::new();
    package.write("dune-project", "(lang dune 3.0)\n");
    package.write("lib/dune", "(library (name calc))\n");
    package.write("lib/calc.ml", "let () = 1\n");
    let error = package.error(Dune::new(".").library("calc"));
    assert!(error.contains("File \"lib/calc.ml\""), "{error}");
    package.write("lib/calc.ml", "let f = 1\n");
    package.build(Dune::new(".").library("calc")).unwrap();
    // Again, with what the first build left in `target`.
    package.build(Dune::new(".").library("calc")).unwrap();
}

#[test]
fn hidden_folder_is_explained() {
    let package = Package::with_calc();
    package.write("ocaml/dune", "(dirs calc)\n");
    let error = package.error(calc());
    assert!(error.contains("its top dune file hides folders"), "{error}");
}

#[test]
fn changes_are_seen() {
    let package = Package::with_calc();
    let told = package.told(calc());
    let watched = |told: &[String], path: &str| {
        let line = format!("cargo::rerun-if-changed={}", package.folder.join(path).display());
        told.contains(&line)
    };
    // A folder counts for all that is in it, new files too.
    assert!(watched(&told, "ocaml"), "{told:?}");
    // Not where the user's own dune writes.
    package.write("ocaml/_build/log", "");
    let told = package.told(calc());
    assert!(!watched(&told, "ocaml"));
    assert!(watched(&told, "ocaml/calc") && watched(&told, "ocaml/dune-project"), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("_build")));
    assert!(told.contains(&"cargo::rerun-if-env-changed=BACTRIAN_OCAMLC".to_owned()));
    // And the next build has them.
    let before = package.build(calc()).unwrap();
    assert!(!package.has_symbol(&before, "camlCalc__Added"));
    package.write("ocaml/calc/added.ml", "let f = 1\n");
    let after = package.build(calc()).unwrap();
    assert!(package.has_symbol(&after, "camlCalc__Added"));
}

#[test]
fn what_to_watch_is_told_before_a_failure() {
    let package = Package::with_calc();
    package.write("ocaml/calc/calc.ml", "let () = 1\n");
    let mut told = Vec::new();
    let outcome =
        calc().run(&package.environment, &mut |lines: &[String]| told.extend_from_slice(lines));
    assert!(outcome.is_err());
    assert!(told.iter().any(|line| line.starts_with("cargo::rerun-if-changed=")));
}

#[test]
fn warnings_are_shown_and_do_not_stop_the_build() {
    let package = Package::with_calc();
    package.write("ocaml/calc/calc.ml", "let f = let unused = 1 in 2\n");
    let told = package.told(calc());
    assert!(told.iter().any(|line| line.contains("unused variable unused")), "{told:?}");
    let error = package.error(calc().profile("dev"));
    assert!(error.contains("unused variable unused"), "{error}");
}

#[test]
fn libraries_that_are_not_there() {
    let package = Package::with_calc();
    let error = package.error(Dune::new("ocaml").library("calk"));
    assert!(
        error.starts_with("the OCaml library `calk` that build.rs names is neither in ocaml"),
        "{error}"
    );
    package.write("ocaml/calc/dune", "(library (name calc) (libraries no_such_library))\n");
    let error = package.error(calc());
    assert!(
        error.starts_with("the OCaml library `no_such_library` that a dune file names is neither"),
        "{error}"
    );
}

#[test]
fn mistakes_in_build_rs() {
    let mut package = Package::with_calc();
    let error = package.error(Dune::new("nowhere").library("calc"));
    assert!(error.starts_with("there is no folder ") && error.contains("nowhere"), "{error}");
    let error = package.error(Dune::new("ocaml/calc").library("calc"));
    assert!(error.contains("has no dune-project file"), "{error}");
    let error = package.error(Dune::new("ocaml"));
    assert!(error.starts_with("Dune::new(\"ocaml\") says nothing to link"), "{error}");
    let error = package.error(calc().object("x.exe.o"));
    assert!(error.contains("exclude each other"), "{error}");
    let error = package.error(Dune::new("ocaml").library("calc)(evil"));
    assert_eq!(error, "\"calc)(evil\" is not the name of a dune library.");
    package.environment.set("TARGET", "wasm32-unknown-unknown");
    package.environment.set("HOST", "x86_64-unknown-linux-gnu");
    let error = package.error(calc());
    assert!(error.starts_with("the target is wasm32-unknown-unknown, but OCaml"), "{error}");
    package.environment.set("OUT_DIR", "");
    let error = package.error(calc());
    assert!(error.starts_with("OUT_DIR is not set: bactrian_build is for build.rs"), "{error}");
}

#[test]
fn tools_that_are_missing_or_old() {
    let mut package = Package::with_calc();
    package.environment.set("BACTRIAN_DUNE", "/nowhere/dune");
    let error = package.error(calc());
    assert!(error.starts_with("dune was not found (/nowhere/dune --version: "), "{error}");
    let old = package.fake("bin/old-dune", "echo 2.9.3");
    package.environment.set("BACTRIAN_DUNE", old);
    assert_eq!(
        package.error(calc()),
        "dune 2.9.3 is too old: 3.11 or newer is needed (opam upgrade dune)."
    );
    let ocamlc = |package: &Package, version: &str, native: &str| {
        let config = format!("version: {version}\nnative_compiler: {native}\nstandard_library: /x");
        package.fake("bin/ocamlc", &format!("cat <<'END'\n{config}\nEND"))
    };
    let fake = ocamlc(&package, "4.14.2", "true");
    package.environment.set("BACTRIAN_OCAMLC", fake);
    let error = package.error(calc());
    assert!(error.starts_with("OCaml 4.14.2 is active, and 5.2 or newer is needed"), "{error}");
    ocamlc(&package, "5.4.1", "false");
    let error = package.error(calc());
    assert!(error.starts_with("this OCaml 5.4.1 has no native compiler"), "{error}");
    package.environment.set("BACTRIAN_OCAMLC", "/nowhere/ocamlc");
    let error = package.error(calc());
    assert!(error.starts_with("no OCaml found (/nowhere/ocamlc -config: "), "{error}");
    // Nothing at all on PATH.
    package.environment.set("BACTRIAN_OCAMLC", "");
    package.environment.set("PATH", package.folder.join("empty"));
    let error = package.error(calc());
    assert!(error.starts_with("no OCaml found (ocamlfind ocamlc -config: "), "{error}");
}

#[test]
fn archiver_that_is_missing() {
    let mut package = Package::with_calc();
    package.environment.set("AR", "/nowhere/ar");
    let error = package.error(calc());
    assert!(error.starts_with("`/nowhere/ar crs ") && error.contains("or set AR"), "{error}");
}

/// Ends when the test does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn dune_that_runs_already_is_not_waited_for() {
    let package = Package::with_calc();
    package.write("ocaml/slow/dune", "(rule (alias slow) (action (run sleep 60)))\n");
    let project = package.folder.join("ocaml");
    let mut dune = package.environment.command("dune");
    dune.args(["build", "--root", ".", "@slow"]).current_dir(&project);
    let _running = Running(dune.stderr(Stdio::null()).spawn().unwrap());
    let start = Instant::now();
    while !project.join("_build").exists() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    package.build(calc()).unwrap();
    assert!(start.elapsed() < Duration::from_secs(50));
}

#[test]
fn variables_of_an_outer_dune_are_not_handed_on() {
    let mut package = Package::with_calc();
    package.environment.set("INSIDE_DUNE", "/elsewhere/_build/default");
    package.environment.set("DUNE_BUILD_DIR", "/elsewhere/_build");
    package.environment.set("DUNE_WORKSPACE", "/elsewhere/dune-workspace");
    package.build(calc()).unwrap();
}

#[test]
fn folders_of_built_files() {
    for name in ["_build", "_opam", "target", ".git", "node_modules"] {
        assert!(is_built(name.as_ref()), "{name}");
    }
    assert!(!is_built("src".as_ref()));
}

#[test]
fn versions() {
    assert_eq!(compiler::version("5.4.1"), Some((5, 4)));
    assert_eq!(compiler::version("5.5.0+trunk\n"), Some((5, 5)));
    assert_eq!(compiler::version("3.24.0"), Some((3, 24)));
    assert_eq!(compiler::version("n/a"), None);
}
