//! dune's side: the library in rust/, the umbrella, and the executables.

use super::{Plan, Project};
use crate::error::Result;
use crate::sexp::{self, Edits, Node};
use crate::templates::{Kind, fill, format_dune};
use std::fs;
use std::path::Path;

/// Plans what changes.
pub fn plan(project: &Project, plan: &mut Plan) -> Result<()> {
    if project.has_umbrella() {
        depend(project, plan)?;
    } else {
        library(project, plan)?;
        let umbrella = fill(
            include_str!("../../templates/umbrella/dune.txt"),
            &[("project", project.name.as_str())],
        );
        let umbrella = add_source_tree(project, &umbrella).unwrap_or(umbrella);
        plan.write.push(("umbrella/dune".to_owned(), umbrella));
    }
    for path in dune_files(&project.folder, &project.folder, 0) {
        let text = project.read(&path)?;
        if let Some(changed) = executables(project, &text) {
            plan.write.push((path, changed));
        }
    }
    Ok(())
}

/// Lays a changed file out, if it was laid out before.
fn laid_out(before: &str, after: String) -> String {
    if format_dune(before.to_owned()) == before { format_dune(after) } else { after }
}

/// Plans the change of a file, if it is one; where there is none to be found, what somebody has to do by hand.
fn rewrite(
    plan: &mut Plan,
    path: &str,
    text: &str,
    changed: Option<String>,
    by_hand: impl FnOnce() -> String,
) {
    match changed {
        Some(changed) if changed == text => {}
        Some(changed) => plan.write.push((path.to_owned(), laid_out(text, changed))),
        None => plan.by_hand.push(by_hand()),
    }
}

/// rust/dune: no archive of its own any more.
fn library(project: &Project, plan: &mut Plan) -> Result<()> {
    let path = "rust/dune";
    let text = project.read(path)?;
    rewrite(plan, path, &text, rewired(project, &text), || {
        let name = &project.name;
        let umbrella = project.umbrella();
        format!(
            "{path}: remove the rule that runs cargo-staticlib (umbrella/dune will have one like it; carry over what you added \
                 to its dependencies and options); let the bindings come from the umbrella, with the name of the crate; and \
                 give the library no archive, but the virtual library:\n\n\
                 \x20  bindings\n   %{{dep:../umbrella/lib{umbrella}.a}}\n   --crate\n   {name}\n\n\
                 (library\n (name {name}_rust)\n (libraries bactrian bactrian.rust))"
        )
    });
    Ok(())
}

/// The text of rust/dune for an umbrella; nothing if it is not what `bactrian new` wrote.
fn rewired(project: &Project, text: &str) -> Option<String> {
    let name = &project.name;
    let stanzas = sexp::parse(text)?;
    let mut edits = Edits::default();
    let libraries = stanzas.iter().filter(|stanza| stanza.head() == Some("library"));
    let library = libraries.into_iter().find(|library| {
        let field = library.field("name").and_then(|field| field.items().get(1));
        field.is_some_and(|found| found.is(&format!("{name}_rust")))
    })?;
    let wants_virtual = library.field("libraries")?;
    if wants_virtual.find(&|atom| atom == "bactrian.rust").is_some() {
        return Some(text.to_owned());
    }
    let bactrian = wants_virtual.items().iter().find(|item| item.is("bactrian"))?;
    edits.insert_after(bactrian, " bactrian.rust");
    let archive = library.field("foreign_archives")?;
    let flags = library.field("c_library_flags")?;
    let is = |node: &Node, wanted: &str| {
        sexp::parse(wanted).is_some_and(|wanted| wanted.len() == 1 && node.same(&wanted[0]))
    };
    if !is(archive, &format!("(foreign_archives {name})"))
        || !is(flags, "(c_library_flags (:include link_flags.sexp))")
    {
        return None;
    }
    edits.remove(text, archive);
    edits.remove(text, flags);

    let template = Kind::Direct.fill(include_str!("../../templates/ocaml/rust_dune.txt"), name);
    let template = sexp::parse(&template)?;
    let original = template.iter().find(|stanza| runs(stanza, "cargo-staticlib"))?;
    let builds = stanzas.iter().find(|stanza| runs(stanza, "cargo-staticlib"))?;
    if !builds.same(original) {
        return None;
    }
    edits.remove(text, builds);
    let own = format!("%{{dep:lib{name}.a}}");
    let generates = stanzas.iter().find(|stanza| runs(stanza, "bactrian.exe"))?;
    let library = generates.find(&|atom| atom == own)?;
    let theirs = format!("%{{dep:../umbrella/lib{}.a}}\n   --crate\n   {name}", project.umbrella());
    edits.replace(&library.place, theirs);
    Some(edits.apply(text))
}

/// Is it a rule that runs this tool?
fn runs(stanza: &Node, tool: &str) -> bool {
    let wanted = format!("/{tool}}}");
    stanza.head() == Some("rule")
        && stanza
            .field("action")
            .is_some_and(|action| action.find(&|atom| atom.ends_with(&wanted)).is_some())
}

/// umbrella/dune: the sources of one crate more.
fn depend(project: &Project, plan: &mut Plan) -> Result<()> {
    let path = "umbrella/dune";
    let text = project.read(path)?;
    rewrite(plan, path, &text, add_source_tree(project, &text), || {
        format!(
            "{path}: the rule that runs cargo-staticlib has to depend on the sources of the new crate:\n\n  (glob_files ../{0}/*.{{rs,toml}})\n  (source_tree ../{0}/src)",
            project.added
        )
    });
    Ok(())
}

fn add_source_tree(project: &Project, text: &str) -> Option<String> {
    let stanzas = sexp::parse(text)?;
    let rule = stanzas.iter().find(|stanza| runs(stanza, "cargo-staticlib"))?;
    let trees = rule.field("deps")?.items().iter();
    let trees: Vec<_> = trees.filter(|item| item.head() == Some("source_tree")).collect();
    let added = &project.added;
    let own = format!("../{added}/src");
    if trees.iter().any(|tree| tree.items().get(1).is_some_and(|folder| folder.is(&own))) {
        return Some(text.to_owned());
    }
    let mut edits = Edits::default();
    let new = format!("\n  (glob_files ../{added}/*.{{rs,toml}})\n  (source_tree {own})");
    edits.insert_after(trees.last()?, new);
    Some(edits.apply(text))
}

/// Every executable that has the project's library gets the new one, and the umbrella.
fn executables(project: &Project, text: &str) -> Option<String> {
    const KINDS: &[&str] = &["executable", "executables", "test", "tests", "toplevel"];
    let (own, added) = (format!("{}_rust", project.name), format!("{}_rust", project.added));
    let umbrella = project.umbrella();
    let mut edits = Edits::default();
    for stanza in sexp::parse(text)? {
        if !stanza.head().is_some_and(|head| KINDS.contains(&head)) {
            continue;
        }
        let Some(libraries) = stanza.field("libraries").map(Node::items) else { continue };
        let has = |name: &str| libraries.iter().any(|library| library.is(name));
        let Some(at) = libraries.iter().find(|library| library.is(&own)) else { continue };
        let new = [&added, &umbrella].into_iter().filter(|name| !has(name));
        let new: String = new.flat_map(|name| [" ", name]).collect();
        if !new.is_empty() {
            edits.insert_after(at, new);
        }
    }
    (!edits.is_empty()).then(|| laid_out(text, edits.apply(text)))
}

/// The dune files of the project, from its folder; not those of Bactrian or of what was built.
fn dune_files(root: &Path, folder: &Path, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<_> = entries.map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == "dune" && path.is_file() {
            found.extend(path.strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned));
        }
        let skipped = name.starts_with(['.', '_']) || ["bactrian", "target"].contains(&name);
        if path.is_dir() && !path.is_symlink() && !skipped && depth < 16 {
            found.extend(dune_files(root, &path, depth + 1));
        }
    }
    found
}
