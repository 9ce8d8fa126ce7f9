//! Expressions.

use bactrian::{FromOCaml, ToOCaml, export};

#[derive(ToOCaml, FromOCaml)]
enum Expression {
    Pi,
    Number(f64),
    Variable(String),
    Binary { operator: Operator, left: Box<Expression>, right: Box<Expression> },
    Negate(Box<Expression>),
}

#[derive(Clone, Copy, ToOCaml, FromOCaml)]
enum Operator {
    Add,
    Multiply,
    Divide,
}

#[derive(ToOCaml)]
enum Problem {
    #[ocaml(rename = "Division_by_zero")]
    DivisionByZero,
    Unbound(String),
}

use Expression::{Binary, Negate, Number, Pi, Variable};

#[export(name = "variants_evaluate", rename = "evaluate")]
fn evaluate_owned(expression: Expression, variables: Vec<(String, f64)>) -> Result<f64, Problem> {
    evaluate(&expression, &variables)
}

fn evaluate(expression: &Expression, variables: &[(String, f64)]) -> Result<f64, Problem> {
    Ok(match expression {
        Pi => std::f64::consts::PI,
        Number(number) => *number,
        Variable(name) => match variables.iter().find(|(found, _)| found == name) {
            Some((_, value)) => *value,
            None => return Err(Problem::Unbound(name.clone())),
        },
        Negate(inner) => -evaluate(inner, variables)?,
        Binary { operator, left, right } => {
            let (left, right) = (evaluate(left, variables)?, evaluate(right, variables)?);
            match operator {
                Operator::Add => left + right,
                Operator::Multiply => left * right,
                Operator::Divide if right == 0.0 => return Err(Problem::DivisionByZero),
                Operator::Divide => left / right,
            }
        }
    })
}

/// Without double negations and multiplications by one.
#[export(name = "variants_simplify")]
fn simplify(expression: Expression) -> Expression {
    match expression {
        Negate(inner) => match simplify(*inner) {
            Negate(inner) => *inner,
            inner => Negate(Box::new(inner)),
        },
        Binary { operator, left, right } => {
            let (left, right) = (simplify(*left), simplify(*right));
            match (operator, left, right) {
                (Operator::Multiply, Number(1.0), other)
                | (Operator::Multiply, other, Number(1.0)) => other,
                (operator, left, right) => {
                    Binary { operator, left: Box::new(left), right: Box::new(right) }
                }
            }
        }
        other => other,
    }
}
