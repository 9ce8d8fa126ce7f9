//! Runs the compiler on every file of `cases/`, and compares what it says with the `.stderr` beside it.

use std::process::Command;

/// Other versions word their messages differently.
const RUSTC: &str = "rustc 1.95.";

#[test]
fn rejected() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(RUSTC) {
        eprintln!("skipped: the messages are those of {RUSTC}x, and this is {}", version.trim());
        return;
    }
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
