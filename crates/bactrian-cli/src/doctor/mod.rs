//! `bactrian doctor`: what is wrong with a machine or a project, and what to do about it.
//!
//! The tools are asked, each with a bound on time, and every check is a function from their answers to lines.

mod machine;
mod probe;
mod project;
mod tool;

use crate::style::Style;
use std::fmt::Write as _;
use std::path::Path;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing to do.
    Fine,
    /// It works, and is worth knowing.
    Note,
    /// Something will not build or run.
    Problem,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Fine => "ok",
            State::Note => "note",
            State::Problem => "problem",
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was looked at.
    pub check: &'static str,
    /// How it went.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; empty when there is nothing to do.
    pub advice: String,
}

/// All lines.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of the checks.
    pub lines: Vec<Line>,
}

impl Report {
    fn fine(&mut self, check: &'static str, found: impl Into<String>) {
        self.push(check, State::Fine, found, "");
    }

    fn note(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        self.push(check, State::Note, found, advice);
    }

    fn problem(
        &mut self,
        check: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.push(check, State::Problem, found, advice);
    }

    fn push(
        &mut self,
        check: &'static str,
        state: State,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.lines.push(Line { check, state, found: found.into(), advice: advice.into() });
    }

    /// How many problems there are.
    pub fn problems(&self) -> usize {
        self.lines.iter().filter(|line| line.state == State::Problem).count()
    }

    /// For people.
    pub fn text(&self, style: Style) -> String {
        let width = self.lines.iter().map(|line| line.check.len()).max().unwrap_or_default();
        let mut text = String::new();
        for Line { check, state, found, advice } in &self.lines {
            let word = format!("{:7}", state.word());
            let word = match state {
                State::Fine => style.green(&word),
                State::Note => style.yellow(&word),
                State::Problem => style.red(&word),
            };
            let _ = writeln!(text, "{word}  {check:width$}  {found}");
            if !advice.is_empty() {
                let _ = writeln!(text, "{:1$}  -> {advice}", "", 9 + width);
            }
        }
        text
    }

    /// For programs: a list of objects.
    pub fn json(&self) -> String {
        let lines = self.lines.iter().map(|Line { check, state, found, advice }| {
            let fields =
                [("check", *check), ("state", state.word()), ("found", found), ("advice", advice)];
            let fields = fields.map(|(name, value)| format!("\"{name}\": {}", json_string(value)));
            format!("  {{{}}}", fields.join(", "))
        });
        format!("[\n{}\n]\n", lines.collect::<Vec<_>>().join(",\n"))
    }
}

fn json_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// Looks at the machine, and at the project around a folder if there is one.
pub fn examine(start: &Path) -> Report {
    let mut report = Report::default();
    let machine = machine::examine(&mut report);
    project::examine(start, &machine, &mut report);
    probe::examine(&machine, &mut report);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_print() {
        let mut report = Report::default();
        report.fine("dune", "3.24.1");
        report.problem("OCaml", "a \"tab\"\t\\", "do this");
        assert_eq!(report.problems(), 1);
        assert_eq!(
            report.text(Style::PLAIN),
            "ok       dune   3.24.1\nproblem  OCaml  a \"tab\"\t\\\n                -> do this\n"
        );
        assert_eq!(
            report.json(),
            "[\n  {\"check\": \"dune\", \"state\": \"ok\", \"found\": \"3.24.1\", \"advice\": \"\"},\n  \
             {\"check\": \"OCaml\", \"state\": \"problem\", \"found\": \"a \\\"tab\\\"\\u0009\\\\\", \"advice\": \"do this\"}\n]\n"
        );
    }
}
