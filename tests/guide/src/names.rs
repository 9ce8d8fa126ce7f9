//! The names of ocaml-interop: each is used by tests/parity, or explained on the page about coming from it.

use std::path::Path;

/// Checks `tests/parity/names.txt`, and returns how many names there are.
pub fn check(root: &Path) -> Result<usize, Vec<String>> {
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path)).map_err(|error| vec![format!("{path}: {error}")])
    };
    let list = "tests/parity/names.txt";
    let names = read(list)?;
    let page = read("guide/src/from-ocaml-interop.md")?;
    let mut programs = String::new();
    for entry in std::fs::read_dir(root.join("tests/parity/src")).into_iter().flatten().flatten() {
        programs += &std::fs::read_to_string(entry.path()).unwrap_or_default();
    }
    let mut failures = Vec::new();
    let mut count = 0;
    let lines = names.lines().enumerate();
    for (index, line) in lines.filter(|(_, l)| !l.is_empty() && !l.starts_with('#')) {
        count += 1;
        let place = format!("{list}:{}: {line}", index + 1);
        match line.split_once(' ') {
            Some(("here", name)) if has_word(&programs, last(name)) => {}
            Some(("here", _)) => {
                failures.push(format!("{place}: no program of tests/parity uses it"))
            }
            Some(("table", name)) if rows(&page).any(|row| explains(row, name)) => {}
            Some(("table", _)) => {
                failures.push(format!("{place}: no table of from-ocaml-interop.md has it"));
            }
            _ => failures.push(format!("{place}: `here NAME` or `table NAME` is wanted")),
        }
    }
    if failures.is_empty() { Ok(count) } else { Err(failures) }
}

/// `f` of `A::f`, and `x` of `export(x)`.
fn last(name: &str) -> &str {
    name.rsplit([':', '(']).next().unwrap_or(name).trim_end_matches(')')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c| !is_word(c)).any(|found| found == word)
}

/// The first columns of tables.
fn rows(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(|row| row.split(" |").next())
}

/// A column names `A::f` when it has that, or `A` and `f` apart, in code.
fn explains(column: &str, name: &str) -> bool {
    let code: String = column.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    name.split([':', '(', ')'])
        .filter(|part| !part.is_empty())
        .all(|part| part.split('-').all(|part| has_word(&code, part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(last("OCaml::as_str"), "as_str");
        assert_eq!(last("export(noalloc)"), "noalloc");
        assert!(explains("`OCaml::as_bytes`, `as_str` of `OCamlBytes`", "OCaml::as_str"));
        assert!(!explains("as_str", "as_str"));
        assert!(has_word("a.as_str()", "as_str") && !has_word("as_str_unchecked", "as_str"));
    }
}
