//! `#[bactrian::ocaml_test]`, where the tests are threads of one process and where each has its own.

use bactrian::*;
use bactrian_tests_driven::{functions, text, twice, unit};

#[bactrian::ocaml_test]
fn takes_the_runtime(rt: &mut OCamlRuntime) {
    assert_eq!(twice(rt, 21), 42);
}

#[bactrian::ocaml_test]
fn again_in_the_same_process(rt: &mut OCamlRuntime) {
    let unit = unit(rt);
    functions::compact(rt, &unit);
    assert_eq!(twice(rt, 4), 8);
}

#[bactrian::ocaml_test]
fn returns_a_result(rt: &mut OCamlRuntime) -> Result<(), String> {
    let message = text(rt, "on purpose");
    match functions::fail(rt, &message) {
        Ok(_) => Err("it should fail".to_owned()),
        Err(exception) if exception.message(rt) == "Failure(\"on purpose\")" => Ok(()),
        Err(exception) => Err(exception.message(rt)),
    }
}

#[bactrian::ocaml_test]
#[should_panic(expected = "the lock is released")]
fn may_panic(rt: &mut OCamlRuntime) {
    assert_eq!(twice(rt, 1), 3, "the lock is released");
}

#[bactrian::ocaml_test]
#[ignore = "shows that the attribute is kept"]
fn ignored(_: &mut OCamlRuntime) {
    unreachable!("it is ignored");
}

#[bactrian::ocaml_test]
fn without_the_runtime() {
    assert!(!OCamlRuntime::is_held());
}

/// The glob import above leaves this attribute what it is.
#[test]
fn test_of_rust() {
    assert!(!OCamlRuntime::is_held());
}
