//! The program from outside.

use std::process::Command;

fn run(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_calc")).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn value() {
    let (stdout, stderr, code) = run(&["3*(x+1)^2", "x=2"]);
    assert_eq!((stdout.as_str(), code), ("3 * (x + 1) ^ 2\n= 27\n", Some(0)), "{stderr}");
}

#[test]
fn table_by_threads() {
    let (stdout, stderr, code) = run(&["1/(x - 1)"]);
    let expected = "\
1 / (x - 1)
 x             value
--  ----------------
-2            -0.333
-1            -0.500
 0            -1.000
 1  Division_by_zero
 2             1.000
 3             0.500
 4             0.333
";
    assert_eq!((stdout.as_str(), code), (expected, Some(0)), "{stderr}");
}

#[test]
fn errors() {
    for (arguments, message) in [
        (&["2 +"][..], "expected: \"an expression\""),
        (&["x + y"], "x has no value"),
        (&["x", "x"], "is not NAME=VALUE"),
        (&[], "usage: calc EXPRESSION"),
    ] {
        let (_, stderr, code) = run(arguments);
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}
