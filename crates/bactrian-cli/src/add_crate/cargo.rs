//! Cargo's side: the workspace, the crate in rust/, and the umbrella.

use super::{Plan, Project};
use crate::error::{Error, Result};
use crate::templates::fill;
use toml_edit::{Array, DocumentMut, Item, Value};

/// The name of the package of a Cargo.toml.
pub fn package_name(text: &str) -> Option<String> {
    let document: DocumentMut = text.parse().ok()?;
    document.get("package")?.get("name")?.as_str().map(str::to_owned)
}

/// Plans what changes.
pub fn plan(project: &Project, plan: &mut Plan) -> Result<()> {
    members(project, plan)?;
    if project.has_umbrella() {
        depend(project, plan)
    } else {
        library(project, plan)?;
        let marks = [("project", project.name.as_str())];
        let text = fill(include_str!("../../templates/umbrella/Cargo.txt"), &marks);
        let mut document = parse("umbrella/Cargo.toml", &text)?;
        add_dependency(project, &mut document);
        plan.write.push(("umbrella/Cargo.toml".to_owned(), document.to_string()));
        let text = fill(include_str!("../../templates/umbrella/lib.rs"), &marks);
        plan.write.push(("umbrella/src/lib.rs".to_owned(), add_use(&text, &project.added)));
        Ok(())
    }
}

fn parse(path: &str, text: &str) -> Result<DocumentMut> {
    text.parse().map_err(|error| Error::new(format!("{path} cannot be read: {error}")))
}

/// The new crates are members of the workspace.
fn members(project: &Project, plan: &mut Plan) -> Result<()> {
    let mut wanted = vec![project.added.clone()];
    if !project.has_umbrella() {
        wanted.push("umbrella".to_owned());
    }
    let path = "Cargo.toml";
    let text = project.read(path)?;
    let mut document = parse(path, &text)?;
    let members = document
        .get_mut("workspace")
        .and_then(|workspace| workspace.get_mut("members"))
        .and_then(Item::as_array_mut);
    let Some(members) = members else {
        plan.by_hand.push(format!(
            "{path}: the workspace needs its members in a list:\n\n[workspace]\nmembers = [\"rust\", {}]",
            wanted.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        ));
        return Ok(());
    };
    wanted.retain(|name| !members.iter().any(|member| member.as_str() == Some(name)));
    extend(members, &wanted);
    let changed = document.to_string();
    if changed != text {
        plan.write.push((path.to_owned(), changed));
    }
    Ok(())
}

/// Adds to a list, laid out as the items that it has.
fn extend(list: &mut Array, wanted: &[String]) {
    for name in wanted {
        let mut value = Value::from(name.as_str());
        if let Some(last) = list.iter().last() {
            let prefix = last.decor().prefix().cloned().unwrap_or_else(|| " ".into());
            value.decor_mut().set_prefix(if list.len() == 1 { " ".into() } else { prefix });
        }
        list.push_formatted(value);
    }
}

/// The crate in rust/ is linked into the umbrella, and into no program by itself.
fn library(project: &Project, plan: &mut Plan) -> Result<()> {
    let path = "rust/Cargo.toml";
    let text = project.read(path)?;
    let mut document = parse(path, &text)?;
    let Some(library) = document.get_mut("lib").and_then(Item::as_table_mut) else {
        return Ok(());
    };
    let Some(kinds) = library.get("crate-type") else { return Ok(()) };
    let kinds: Option<Vec<&str>> =
        kinds.as_array().map(|kinds| kinds.iter().filter_map(Value::as_str).collect());
    let ours = |kind: &&str| ["staticlib", "cdylib", "lib", "rlib"].contains(kind);
    if !kinds.is_some_and(|kinds| kinds.iter().all(ours)) {
        plan.by_hand.push(format!(
            "{path}: take \"staticlib\" and \"cdylib\" out of crate-type, and let it have \"rlib\""
        ));
        return Ok(());
    }
    library.remove("crate-type");
    // The comment of `bactrian new` was about the line that has gone.
    let comment = library.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    if comment.trim_start().starts_with("# The static library is for native programs") {
        library.decor_mut().set_prefix(
            "\n# Only umbrella/ is linked into programs. The tests are OCaml programs.\n",
        );
    }
    plan.write.push((path.to_owned(), document.to_string()));
    Ok(())
}

/// One crate more for the umbrella that is there.
fn depend(project: &Project, plan: &mut Plan) -> Result<()> {
    let path = "umbrella/Cargo.toml";
    let mut document = parse(path, &project.read(path)?)?;
    add_dependency(project, &mut document);
    plan.write.push((path.to_owned(), document.to_string()));
    let path = "umbrella/src/lib.rs";
    let text = project.read(path)?;
    let changed = add_use(&text, &project.added);
    if changed != text {
        plan.write.push((path.to_owned(), changed));
    }
    Ok(())
}

/// Adds `use NAME as _;` to those that are there, in the order of rustfmt.
fn add_use(text: &str, name: &str) -> String {
    let own = format!("use {name} as _;");
    let mut lines: Vec<&str> = text.lines().collect();
    let is_use = |line: &&str| line.starts_with("use ") && line.ends_with(" as _;");
    if lines.contains(&own.as_str()) {
        return text.to_owned();
    }
    let after = lines.iter().rposition(is_use).map_or(lines.len(), |last| last + 1);
    let at = lines.iter().position(|line| is_use(line) && **line > *own).unwrap_or(after);
    lines.insert(at, &own);
    lines.join("\n") + "\n"
}

fn add_dependency(project: &Project, document: &mut DocumentMut) {
    let mut dependency = toml_edit::InlineTable::new();
    dependency.insert("path", format!("../{}", project.added).into());
    document["dependencies"][&project.added] = toml_edit::value(dependency);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_in_order() {
        let text = "//! What.\n\nuse b as _;\nuse d as _;\n";
        assert_eq!(add_use(text, "a"), "//! What.\n\nuse a as _;\nuse b as _;\nuse d as _;\n");
        assert_eq!(add_use(text, "c"), "//! What.\n\nuse b as _;\nuse c as _;\nuse d as _;\n");
        assert_eq!(add_use(text, "e"), "//! What.\n\nuse b as _;\nuse d as _;\nuse e as _;\n");
        assert_eq!(add_use(text, "d"), text);
        assert_eq!(add_use("//! What.", "a"), "//! What.\nuse a as _;\n");
    }

    #[test]
    fn lists_keep_their_layout() {
        for (before, after) in [
            ("a = [\"x\"]\n", "a = [\"x\", \"y\", \"z\"]\n"),
            ("a = [\"w\", \"x\"]\n", "a = [\"w\", \"x\", \"y\", \"z\"]\n"),
            (
                "a = [\n  \"w\",\n  \"x\",\n]\n",
                "a = [\n  \"w\",\n  \"x\",\n  \"y\",\n  \"z\",\n]\n",
            ),
        ] {
            let mut document: DocumentMut = before.parse().expect("it is well formed");
            let list = document["a"].as_array_mut().expect("it is a list");
            extend(list, &["y".to_owned(), "z".to_owned()]);
            assert_eq!(document.to_string(), after);
        }
    }
}
