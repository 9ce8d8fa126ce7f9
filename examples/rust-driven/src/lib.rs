//! The Rust face of the OCaml libraries `calc` and `report`.

use bactrian::{
    DefaultOCamlMapping, FromOCaml, OCamlException, OCamlFn, OCamlList, OCamlRuntime, ToOCaml,
    ocaml,
};
use std::fmt;

/// `operator` of `syntax.ml`.
#[derive(Clone, Copy, Debug, PartialEq, ToOCaml, FromOCaml)]
#[allow(missing_docs)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// `expression` of `syntax.ml`.
#[derive(Clone, Debug, PartialEq, ToOCaml, FromOCaml)]
#[allow(missing_docs)]
pub enum Expression {
    Number(f64),
    Variable(String),
    Negate(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(String, Box<Expression>),
}

/// `mistake` of `syntax.ml`: where an expression cannot be read, and what was expected there.
#[derive(Clone, Debug, PartialEq, ToOCaml, FromOCaml)]
pub struct Mistake {
    /// Bytes before it.
    pub position: usize,
    /// In words.
    pub expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at character {}", self.expected, self.position + 1)
    }
}

impl std::error::Error for Mistake {}

/// `alignment` of `report.ml`.
#[derive(Clone, Copy, Debug, ToOCaml, FromOCaml)]
#[allow(missing_docs)]
pub enum Alignment {
    Left,
    Right,
}

/// `column` of `report.ml`.
#[derive(Clone, Debug, ToOCaml, FromOCaml)]
#[allow(missing_docs)]
pub struct Column {
    pub title: String,
    pub alignment: Alignment,
}

mod registered {
    use super::*;
    type Of<T> = <T as DefaultOCamlMapping>::OCamlType;
    type Function = OCamlFn<(f64,), f64>;

    ocaml! {
        pub fn parse(text: String) -> Result<Of<Expression>, Of<Mistake>> = "Calc.parse";
        pub fn show(expression: Of<Expression>) -> String = "Calc.show";
        pub fn evaluate(variables: OCamlList<(String, Of<f64>)>, expression: Of<Expression>)
            -> Result<Of<f64>, OCamlException> = "Calc.evaluate";
        pub fn compile(variable: String, expression: Of<Expression>)
            -> Result<Function, OCamlException> = "Calc.compile";
        pub fn table(columns: OCamlList<Of<Column>>, rows: OCamlList<OCamlList<String>>) -> String = "Report.table";
    }
}

/// Reads an expression.
pub fn parse(rt: &mut OCamlRuntime, text: &str) -> Result<Expression, Mistake> {
    let text = text.to_boxroot(rt);
    registered::parse(rt, &text).to_rust(rt)
}

/// Writes an expression with as few parentheses as it needs.
pub fn show(rt: &mut OCamlRuntime, expression: &Expression) -> String {
    let expression = expression.to_boxroot(rt);
    registered::show(rt, &expression).to_rust(rt)
}

/// The value of an expression, or OCaml's exception: `Division_by_zero`, or a `Failure` for what has no value.
pub fn evaluate(
    rt: &mut OCamlRuntime,
    variables: &[(String, f64)],
    expression: &Expression,
) -> Result<f64, OCamlException> {
    let variables = variables.to_boxroot(rt);
    let expression = expression.to_boxroot(rt);
    registered::evaluate(rt, &variables, &expression).map(|value| value.to_rust(rt))
}

/// An OCaml function that gives the value of an expression for each value of its one variable.
pub fn compile(
    rt: &mut OCamlRuntime,
    variable: &str,
    expression: &Expression,
) -> Result<OCamlFn<(f64,), f64>, OCamlException> {
    let variable = variable.to_boxroot(rt);
    let expression = expression.to_boxroot(rt);
    registered::compile(rt, &variable, &expression).map(|function| function.to_rust(rt))
}

/// A table of text.
pub fn table(rt: &mut OCamlRuntime, columns: &[Column], rows: &[Vec<String>]) -> String {
    let columns = columns.to_boxroot(rt);
    let rows = rows.to_boxroot(rt);
    registered::table(rt, &columns, &rows).to_rust(rt)
}

/// The gamma function, by Lanczos' approximation: OCaml's `external gamma` of `eval.ml`.
#[bactrian::export(name = "calc_gamma", unboxed, noalloc)]
fn gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return std::f64::consts::PI / ((std::f64::consts::PI * x).sin() * gamma(1.0 - x));
    }
    let x = x - 1.0;
    let sum = COEFFICIENTS[1..]
        .iter()
        .zip(1..)
        .fold(COEFFICIENTS[0], |sum, (c, i)| sum + c / (x + f64::from(i)));
    let t = x + 7.5;
    (2.0 * std::f64::consts::PI).sqrt() * t.powf(x + 0.5) * (-t).exp() * sum
}
