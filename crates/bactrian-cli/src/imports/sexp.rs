//! S-expressions, as the reader prints them: lists whose first part is a word, and quoted texts.

use crate::error::{Error, Result};

/// A text, or a list by the word that it begins with.
#[derive(Debug, PartialEq, Eq)]
pub enum Sexp {
    /// `"text"`
    Text(String),
    /// `(word …)`
    List(String, Vec<Sexp>),
}

/// Reads one expression.
///
/// # Errors
/// When it is none: the reader did not get to its end.
pub fn parse(text: &str) -> Result<Sexp> {
    let mut reader = Reader { rest: text };
    reader.expression().ok_or_else(|| {
        Error::new(
            "what the OCaml program that reads interfaces printed is not what it should print",
        )
    })
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn expression(&mut self) -> Option<Sexp> {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('"') {
            self.rest = rest;
            return self.text();
        }
        self.rest = self.rest.strip_prefix('(')?;
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic())?;
        let word = self.rest[..end].to_owned();
        self.rest = &self.rest[end..];
        let mut parts = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Some(Sexp::List(word, parts));
            }
            parts.push(self.expression()?);
        }
    }

    fn text(&mut self) -> Option<Sexp> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(Sexp::Text(text));
                }
                '\\' => text.push(chars.next()?.1),
                c => text.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_lists() {
        let text = Sexp::Text("a \"b\" \\ é)".to_owned());
        let empty = Sexp::List("flag".to_owned(), Vec::new());
        let list = Sexp::List("list".to_owned(), vec![text, empty]);
        assert_eq!(parse("\n(list \"a \\\"b\\\" \\\\ é)\"\n(flag))"), Ok(list));
        assert!(parse("(list \"a\"").is_err());
        assert!(parse("(list \"a").is_err());
        assert!(parse("list").is_err());
        assert!(parse("").is_err());
    }
}
