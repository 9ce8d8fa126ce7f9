//! `calc EXPRESSION [NAME=VALUE …]`: the value, or a table where one variable is left.

use bactrian::OCamlRuntime;
use calc::{Alignment, Column, Expression};
use std::collections::BTreeSet;
use std::error::Error;
use std::thread;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = arguments.next().ok_or("usage: calc EXPRESSION [NAME=VALUE …]")?;
    let variables = arguments.map(|a| variable(&a)).collect::<Result<Vec<_>, _>>()?;

    // OCaml runs from here to the end of `main`, where its at_exit functions run.
    let _guard = OCamlRuntime::init()?;
    let expression = OCamlRuntime::with_domain_lock(|rt| calc::parse(rt, &text))?;
    println!("{}", OCamlRuntime::with_domain_lock(|rt| calc::show(rt, &expression)));

    let mut names = BTreeSet::new();
    names_of(&expression, &mut names);
    let mut free = names.iter().filter(|name| !variables.iter().any(|(given, _)| *given == **name));
    match (free.next(), variables.is_empty()) {
        (Some(name), true) if free.next().is_none() => print_table(name, &expression)?,
        _ => {
            let value = OCamlRuntime::with_domain_lock(|rt| {
                calc::evaluate(rt, &variables, &expression).map_err(|e| e.message(rt))
            })?;
            println!("= {value}");
        }
    }
    Ok(())
}

fn variable(argument: &str) -> Result<(String, f64), String> {
    let (name, value) =
        argument.split_once('=').ok_or(format!("{argument:?} is not NAME=VALUE"))?;
    let value = value.parse().map_err(|_| format!("{value:?} is not a number"))?;
    Ok((name.to_owned(), value))
}

fn names_of(expression: &Expression, names: &mut BTreeSet<String>) {
    match expression {
        Expression::Number(_) => {}
        Expression::Variable(name) => {
            names.insert(name.clone());
        }
        Expression::Negate(a) | Expression::Call(_, a) => names_of(a, names),
        Expression::Binary(_, a, b) => {
            names_of(a, names);
            names_of(b, names);
        }
    }
}

/// The expression for some values of its variable, each evaluated on a thread of Rust's.
fn print_table(name: &str, expression: &Expression) -> Result<(), Box<dyn Error>> {
    let function = OCamlRuntime::with_domain_lock(|rt| {
        calc::compile(rt, name, expression).map_err(|e| e.message(rt))
    })?;
    let function = &function;
    let rows: Vec<Vec<String>> = thread::scope(|scope| {
        let value = |x: i32| {
            scope.spawn(move || {
                OCamlRuntime::with_domain_lock(|rt| match function.call(rt, (f64::from(x),)) {
                    Ok(y) => format!("{y:.3}"),
                    Err(exception) => exception.message(rt),
                })
            })
        };
        let threads: Vec<_> = (-2..=4).map(|x| (x, value(x))).collect();
        let row = |(x, thread): (i32, thread::ScopedJoinHandle<'_, String>)| {
            vec![x.to_string(), thread.join().unwrap_or_else(|_| "a panic".to_owned())]
        };
        threads.into_iter().map(row).collect()
    });
    let column = |title: &str| Column { title: title.to_owned(), alignment: Alignment::Right };
    let columns = [column(name), column("value")];
    println!("{}", OCamlRuntime::with_domain_lock(|rt| calc::table(rt, &columns, &rows)));
    Ok(())
}
