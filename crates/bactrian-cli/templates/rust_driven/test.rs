use bactrian::OCamlRuntime;

#[bactrian::ocaml_test]
fn greets(rt: &mut OCamlRuntime) {
    assert_eq!(@name@::greet(rt, "camel"), "Hello, camel!");
}
