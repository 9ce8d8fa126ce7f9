//! What the program prints.

use std::process::Command;

#[test]
fn main_thread_alone() {
    let output = Command::new(env!("CARGO_BIN_EXE_bactrian-tests-driven-plain")).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = printed.lines();
    assert_eq!(lines.next(), Some("42"), "{output:?}");
    assert!(
        lines.next().is_some_and(|line| line.contains("no OCaml threads library")),
        "{printed}"
    );
    assert_eq!(lines.next(), Some("at_exit"));
    assert!(output.status.success());
}
