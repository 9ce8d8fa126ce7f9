//! Tests that use OCaml: each takes the runtime, which the first of a process starts.

use bactrian::{OCaml, OCamlInt, OCamlList, OCamlRuntime, ToOCaml};
use calc::{Alignment, Column, Expression, Mistake, Operator};

fn number(x: f64) -> Box<Expression> {
    Box::new(Expression::Number(x))
}

#[bactrian::ocaml_test]
fn parses(rt: &mut OCamlRuntime) {
    let product = Expression::Binary(Operator::Multiply, number(2.0), number(3.0));
    assert_eq!(
        calc::parse(rt, "1 - 2 * 3"),
        Ok(Expression::Binary(Operator::Subtract, number(1.0), Box::new(product)))
    );
}

#[bactrian::ocaml_test]
fn mistakes_have_a_place(rt: &mut OCamlRuntime) {
    assert_eq!(
        calc::parse(rt, "2 * (3 + "),
        Err(Mistake { position: 9, expected: "an expression".to_owned() })
    );
    let mistake = calc::parse(rt, "2 $ 3").expect_err("no such operator");
    assert_eq!(mistake.to_string(), "expected a number, a name or an operator at character 3");
}

#[bactrian::ocaml_test]
fn shows_what_it_reads_back(rt: &mut OCamlRuntime) -> Result<(), Mistake> {
    for text in [
        "1 - (2 - 3)",
        "(1 + x) * 2",
        "-x ^ 2",
        "(-x) ^ 2",
        "2 ^ 3 ^ 2",
        "(2 ^ 3) ^ 2",
        "2 ^ -x",
        "sin(-x)",
    ] {
        let expression = calc::parse(rt, text)?;
        assert_eq!(calc::show(rt, &expression), text);
    }
    Ok(())
}

#[bactrian::ocaml_test]
fn evaluates(rt: &mut OCamlRuntime) -> Result<(), Mistake> {
    let expression = calc::parse(rt, "x ^ 2 + gamma(y)")?;
    let variables = [("x".to_owned(), 3.0), ("y".to_owned(), 5.0)];
    let value = calc::evaluate(rt, &variables, &expression).expect("both have values");
    assert!((value - 33.0).abs() < 1e-9, "{value}");
    Ok(())
}

#[bactrian::ocaml_test]
fn exceptions_are_errors(rt: &mut OCamlRuntime) -> Result<(), Mistake> {
    for (text, message) in [
        ("1 / (2 - 2)", "Division_by_zero"),
        ("x", "Failure(\"x has no value\")"),
        ("tan(1)", "Failure(\"there is no function tan\")"),
    ] {
        let expression = calc::parse(rt, text)?;
        let exception = calc::evaluate(rt, &[], &expression).expect_err(text);
        assert_eq!(exception.message(rt), message);
    }
    Ok(())
}

#[bactrian::ocaml_test]
fn compiled_functions_outlive_their_makers(rt: &mut OCamlRuntime) -> Result<(), Mistake> {
    let expression = calc::parse(rt, "(t + 1) ^ 2")?;
    let square = calc::compile(rt, "t", &expression).expect("t is its variable");
    drop(expression);
    for t in 0..1000 {
        // Garbage, so that the collector moves the function.
        let _garbage: OCaml<'_, OCamlList<OCamlInt>> = vec![0i64; 1000].to_ocaml(rt);
        let t = f64::from(t);
        assert_eq!(square.call(rt, (t,)).expect("it does not raise"), (t + 1.0) * (t + 1.0));
    }
    Ok(())
}

#[bactrian::ocaml_test]
fn tables(rt: &mut OCamlRuntime) {
    let columns = [("name", Alignment::Left), ("n", Alignment::Right)]
        .map(|(title, alignment)| Column { title: title.to_owned(), alignment });
    let rows = [["one", "1"], ["hundred", "100"]].map(|row| row.map(str::to_owned).to_vec());
    assert_eq!(
        calc::table(rt, &columns, &rows),
        "name       n\n-------  ---\none        1\nhundred  100"
    );
}
