//! Snippets that the compiler must reject: all of them are examples of one package, checked by one run of Cargo.

use crate::page::Page;
use crate::scratch::{Scratch, dependencies};
use serde_json::Value;
use std::collections::HashMap;

/// Checks them, and returns how many there are.
pub fn check(scratch: &Scratch, pages: &[Page]) -> Result<usize, Vec<String>> {
    let snippets: Vec<_> = pages
        .iter()
        .flat_map(|page| {
            page.rejected().into_iter().map(move |(block, message)| (page, block, message))
        })
        .collect();
    if snippets.is_empty() {
        return Ok(0);
    }
    let folder = "rejected";
    let mut manifest = format!(
        "[package]\nname = \"rejected\"\nversion = \"0.0.0\"\nedition = \"2024\"\nautoexamples = false\n\n\
         {}\n[workspace]\n\n[lib]\npath = \"lib.rs\"\n",
        dependencies(scratch)
    );
    scratch.write(&format!("{folder}/lib.rs"), "").map_err(|e| vec![e])?;
    let mut names = Vec::new();
    for (page, block, _) in &snippets {
        let name = format!("{}_line_{}", page.module(), block.line);
        manifest += &format!(
            "\n[[example]]\nname = \"{name}\"\npath = \"{name}.rs\"\ncrate-type = [\"lib\"]\n"
        );
        let source = format!("#![allow(unused)]\n{}", block.text);
        scratch.write(&format!("{folder}/{name}.rs"), &source).map_err(|e| vec![e])?;
        names.push(name);
    }
    scratch.write(&format!("{folder}/Cargo.toml"), &manifest).map_err(|e| vec![e])?;
    scratch.copy_lock(folder).map_err(|e| vec![e])?;
    let output = scratch
        .cargo(folder)
        .args(["check", "--quiet", "--examples", "--keep-going", "--message-format=json"])
        .output()
        .map_err(|e| vec![format!("cargo check: {e}")])?;
    let messages = messages(&String::from_utf8_lossy(&output.stdout));
    let mut failures = Vec::new();
    for (name, (page, block, wanted)) in names.iter().zip(&snippets) {
        let place = format!("{}:{}", page.path.display(), block.line);
        match messages.get(name) {
            None => failures.push(format!(
                "{place}: this snippet should be rejected, and compiles{}",
                if messages.is_empty() { format!("; cargo says:\n{}", String::from_utf8_lossy(&output.stderr)) } else { String::new() }
            )),
            Some(found) if wanted.is_empty() => failures.push(format!(
                "{place}: say with a `text` block after this snippet what the compiler says:\n{found}"
            )),
            Some(found) => {
                if let Some(line) = missing(wanted, found) {
                    failures.push(format!("{place}: the message should have the line\n    {line}\nbut it is\n{found}"));
                }
            }
        }
    }
    if failures.is_empty() { Ok(snippets.len()) } else { Err(failures) }
}

/// The errors of each target.
fn messages(json: &str) -> HashMap<String, String> {
    let mut messages: HashMap<String, String> = HashMap::new();
    for message in json.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            let target = message["target"]["name"].as_str().unwrap_or_default().to_owned();
            *messages.entry(target).or_default() +=
                message["message"]["rendered"].as_str().unwrap_or_default();
        }
    }
    messages
}

/// The first line that is wanted and not found after those before it.
fn missing<'a>(wanted: &'a str, found: &str) -> Option<&'a str> {
    let mut found = found.lines();
    wanted
        .lines()
        .filter(|line| !matches!(line.trim(), "" | "..." | "…"))
        .find(|line| !found.any(|f| f.trim().ends_with(line.trim())))
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn parts_in_order() {
        let found = "error: one\n --> a.rs:1\n  | two\n  = three\n";
        assert_eq!(missing("error: one\n...\n= three", found), None);
        assert_eq!(missing("| two\nerror: one", found), Some("error: one"));
    }
}
