//! Each scenario of `src/main.rs` in a process of its own: what it prints, and how it ends.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No scenario takes longer, on a machine however slow.
const LIMIT: Duration = Duration::from_secs(60);

struct Outcome {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn run(scenario: &str, variables: &[(&str, &str)]) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bactrian-tests-driven"))
        .arg(scenario)
        .args(["an argument", "ünïcode"])
        .env_remove("OCAMLRUNPARAM")
        .env("RUST_BACKTRACE", "0")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let read_stderr = std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let read_stdout = std::thread::spawn(move || {
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("{scenario} did not end: {}", read_stdout.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Outcome {
        stdout: read_stdout.join().unwrap(),
        stderr: read_stderr.join().unwrap(),
        code: status.code(),
    }
}

/// A scenario that prints these lines and ends well, whatever the size of the minor heap.
#[track_caller]
fn prints(scenario: &str, lines: &[&str]) {
    for parameters in ["b=0", "b,s=512"] {
        ends(scenario, &[("OCAMLRUNPARAM", parameters)], 0, lines);
    }
}

#[track_caller]
fn ends(scenario: &str, variables: &[(&str, &str)], code: i32, lines: &[&str]) -> String {
    let outcome = run(scenario, variables);
    assert_eq!(
        (outcome.stdout.lines().collect::<Vec<_>>().as_slice(), outcome.code),
        (lines, Some(code)),
        "{scenario} {variables:?}; stderr: {}",
        outcome.stderr
    );
    outcome.stderr
}

const ENDED: &str = "the OCaml runtime has ended: OCaml cannot be used after the guard of OCamlRuntime::init is dropped";
const ENDED_ERROR: &str =
    "the OCaml runtime has ended, and cannot be started again in this process";
const STARTED: &str = "the OCaml runtime has been started already: a process has one, and OCamlRuntime::init is called once";

#[test]
fn sys_argv_is_the_programs() {
    prints("arguments", &["true"]);
    prints("other_arguments", &["prog,--level,3"]);
}

#[test]
fn argument_with_nul_is_refused() {
    prints(
        "nul_argument",
        &["the argument \"a\\0b\" holds a NUL byte, which Sys.argv cannot", "8"],
    );
}

#[test]
fn second_init_is_an_error() {
    prints(
        "second_init",
        &[STARTED, STARTED, STARTED, "persistent: Ok(())", "8", ENDED_ERROR, ENDED_ERROR],
    );
}

#[test]
fn use_before_init_panics() {
    prints(
        "before_init",
        &["the OCaml runtime has not been started: call OCamlRuntime::init first", "held: false"],
    );
}

#[test]
fn lock_is_tried() {
    prints(
        "try_lock",
        &["NotStarted", "8", "8", "Held", "Ok(10)", "Ok(12)", "Ended", "after the end: true"],
    );
}

#[test]
fn exception_of_an_initialiser_is_an_error() {
    let raised =
        "an OCaml module could not be initialised: exception Failure(\"no configuration\")";
    let lines = [
        "initialiser; at_exit of the initialiser",
        raised,
        raised,
        "the OCaml runtime could not be started: Failure(\"no configuration\")",
        "held: false",
    ];
    ends("initialiser", &[("DRIVEN_INITIALISER", "raise")], 0, &lines);
    let backtrace = [("DRIVEN_INITIALISER", "raise"), ("OCAMLRUNPARAM", "b")];
    let stderr = ends("initialiser", &backtrace, 0, &lines);
    // Bytecode in an object does not know its lines.
    assert!(stderr.contains("startup.ml") || stderr.contains("Called from"), "{stderr}");
}

#[test]
fn exit_of_an_initialiser_ends_the_process() {
    ends(
        "initialiser",
        &[("DRIVEN_INITIALISER", "exit")],
        3,
        &["initialiser; at_exit of the initialiser"],
    );
}

#[test]
fn threads_of_an_initialiser_use_ocaml() {
    ends(
        "initialiser",
        &[("DRIVEN_INITIALISER", "thread")],
        0,
        &["initialiser; from a thread", "started", "at_exit of the initialiser"],
    );
}

#[test]
fn at_exit_runs_when_the_guard_is_dropped() {
    prints(
        "at_exit",
        &[
            "Rust goes on",
            "not flushed before; registered last",
            "registered first",
            "after the guard",
        ],
    );
}

#[test]
fn exceptions_of_at_exit_functions_are_printed() {
    let stderr = ends("at_exit_raises", &[], 0, &["registered last", "registered first"]);
    for message in ["two", "one"] {
        let line =
            format!("a function given to OCaml's at_exit raised exception Failure(\"{message}\")");
        assert!(stderr.contains(&line), "{stderr}");
    }
}

#[test]
fn at_exit_functions_may_wait_for_threads() {
    prints("at_exit_thread", &["a thread in at_exit"]);
}

#[test]
fn use_after_the_end_panics() {
    prints("after_end", &[ENDED, ENDED, "held: false"]);
}

#[test]
fn roots_outlive_the_runtime() {
    prints("roots_after_end", &["dropped"]);
}

#[test]
fn panic_in_main_drops_the_guard() {
    let lines = ["dropped after the guard", "at_exit", "dropped before the guard"];
    let stderr = ends("panic", &[], 101, &lines);
    assert!(stderr.contains("in main"), "{stderr}");
}

#[test]
fn exception_that_nobody_catches_is_shown() {
    let stderr = ends("panic_with_exception", &[], 101, &["at_exit"]);
    assert!(stderr.contains("nobody catches it"), "{stderr}");
}

#[test]
fn process_exit_knows_nothing_of_ocaml() {
    ends("process_exit", &[], 4, &[]);
}

#[test]
fn exit_of_the_runtime_runs_at_exit() {
    ends("runtime_exit", &[], 4, &["by Rust; at_exit"]);
}

#[test]
fn exit_of_ocaml_runs_at_exit_and_no_destructors() {
    let outcome = run("ocaml_exit", &[]);
    let mut lines: Vec<_> = outcome.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(outcome.code, Some(5));
    assert_eq!(lines, ["a line that Rust has not ended; ", "at_exit"]);
}

#[test]
fn guard_dropped_under_the_lock_panics() {
    prints(
        "drop_while_held",
        &[
            "the guard of OCamlRuntime::init is dropped while this thread holds the domain's lock: drop it outside \
             with_domain_lock",
            "8",
        ],
    );
    let stderr = ends("panic_while_held", &[], 0, &["the first panic"]);
    assert!(stderr.contains("OCaml's at_exit functions do not run"), "{stderr}");
}

#[test]
fn forgotten_guard_is_harmless() {
    prints("forgotten_guard", &["8"]);
}

#[test]
fn other_domains_do_not_keep_the_program() {
    prints("other_domain", &["at_exit", "after the guard"]);
    prints("domain_in_rust", &["after the guard", "the Rust function finished"]);
}

#[test]
fn threads_inside_ocaml_finish() {
    prints("thread_inside", &["at_exit", "after the guard", "40"]);
    prints("ocaml_thread", &["after the guard", "the OCaml thread finished"]);
}

#[test]
fn threads_while_main_waits() {
    prints("threads", &["329600"]);
}

#[test]
fn thread_that_started_the_runtime_may_end() {
    prints("starter_ends", &["started by OCaml's thread 0", "still there"]);
    prints("init_on_thread", &["at_exit", ENDED]);
}

#[test]
fn deep_recursion_is_an_exception() {
    ends("deep_recursion", &[], 0, &["Stack_overflow", "8"]);
}

#[test]
fn stack_overflow_of_rust_is_reported() {
    let outcome = run("rust_stack_overflow", &[]);
    assert!(outcome.stderr.contains("has overflowed its stack"), "{}", outcome.stderr);
}

#[test]
fn shutdown_frees_the_runtime_under_live_roots() {
    prints(
        "shutdown",
        &[
            "8",
            "at_exit",
            "dropped what OCaml owned",
            "held: false",
            ENDED,
            "BoxRoot::clone on a thread that does not hold its domain's lock",
            ENDED_ERROR,
            "dropped",
        ],
    );
}

#[test]
fn first_of_many_threads_starts_the_runtime() {
    prints("persistent", &["56"]);
}
