//! Compiles and runs what is written in the guide.
//!
//! A page is the program that its blocks make: `rust` blocks one module, `ocaml` blocks one executable (with `c` blocks as its stubs),
//! and `text` blocks what it prints. Marks after the language say what is else:
//!
//! | mark | the block |
//! |---|---|
//! | `compile_fail` | must be rejected, by itself; the `text` block after it has lines of the message |
//! | `file=PATH` | is a file of a project, which the `console` blocks of the page build and run |
//! | `ignore` | is left alone: code of another library, or output of no program |
//!
//! Lines of Rust that begin with `# ` are hidden from readers, as mdBook does it, and compiled.

mod book;
mod names;
mod page;
mod programs;
mod projects;
mod rejected;
mod scratch;

use page::Page;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Pages whose snippets other tests compile: tests/capi-guide.
const ELSEWHERE: &[&str] = &["c-api", "debugging-a-gc-bug", "roots-and-regions"];

/// `bactrian-guide-check` checks; `bactrian-guide-check book FOLDER` writes the guide as HTML.
fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|error| vec![error.to_string()]);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = root.and_then(|root| match arguments[..] {
        [] => check(&root),
        ["book", folder] => book::build(&root.join("guide/src"), Path::new(folder))
            .map(|pages| format!("{pages} pages in {folder}: begin with {folder}/index.html"))
            .map_err(|error| vec![error]),
        _ => Err(vec!["usage: bactrian-guide-check [book FOLDER]".to_owned()]),
    });
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(failures) => {
            for failure in &failures {
                eprintln!("FAILED: {}\n", failure.trim_end());
            }
            eprintln!("{} failed", failures.len());
            ExitCode::FAILURE
        }
    }
}

fn check(root: &Path) -> Result<String, Vec<String>> {
    let src = root.join("guide/src");
    let summary = Page::read(&src.join("SUMMARY.md")).map_err(|e| vec![e])?;
    let pages = pages(&src, &summary).map_err(|e| vec![e])?;
    let mut failures = links(&src, &pages);
    failures.extend(languages(&pages));
    let links = pages.iter().map(|page| page.links.len()).sum::<usize>();

    let scratch = scratch::Scratch::new(root);
    let mut ours: Vec<_> =
        pages.into_iter().filter(|page| !ELSEWHERE.contains(&page.name.as_str())).collect();
    // The program of README.md, if it says what it prints.
    let readme = Page::read(&root.join("README.md")).map_err(|e| vec![e])?;
    if !readme.output().is_empty() {
        ours.push(readme);
    }
    let mut part = |result: Result<usize, Vec<String>>| match result {
        Ok(count) => count,
        Err(errors) => {
            failures.extend(errors);
            0
        }
    };
    let programs = part(programs::check(&scratch, &ours));
    let rejected = part(rejected::check(&scratch, &ours));
    let projects = part(projects::check(&scratch, &ours));
    let names = part(names::check(root));
    if !failures.is_empty() {
        return Err(failures);
    }
    Ok(format!(
        "{programs} pages are programs that print what they say, {projects} are projects, {rejected} snippets are rejected \
         as they say, {links} links lead somewhere, {names} names of ocaml-interop are accounted for"
    ))
}

/// The pages of the summary, which must be all there are.
fn pages(src: &Path, summary: &Page) -> Result<Vec<Page>, String> {
    let named: Vec<PathBuf> = summary
        .links
        .iter()
        .filter(|(_, l)| !l.is_empty())
        .map(|(_, link)| src.join(link))
        .collect();
    let entries = std::fs::read_dir(src).map_err(|error| format!("{}: {error}", src.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path != summary.path && !named.contains(&path) {
            return Err(format!("{}: not in SUMMARY.md", path.display()));
        }
    }
    named.iter().map(|path| Page::read(path)).collect()
}

/// Links within the guide, and to files of the repository.
fn links(src: &Path, pages: &[Page]) -> Vec<String> {
    let mut failures = Vec::new();
    for page in pages {
        for (line, link) in &page.links {
            if link.starts_with("https://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.path.clone() } else { src.join(file) };
            let place = format!("{}:{line}: the link {link}", page.path.display());
            if !target.exists() {
                failures.push(format!("{place} leads nowhere"));
            } else if !anchor.is_empty()
                && let Some(target) = pages.iter().find(|page| page.path == target)
                && !target.anchors.iter().any(|found| found == anchor)
            {
                failures.push(format!("{place} names no heading of that page"));
            }
        }
    }
    failures
}

/// Languages that the check knows what to do with, and others that are only shown.
fn languages(pages: &[Page]) -> Vec<String> {
    const KNOWN: &[&str] =
        &["", "c", "console", "cpp", "dune", "ocaml", "rust", "sh", "text", "toml"];
    let mut failures = Vec::new();
    for page in pages {
        for block in &page.blocks {
            if !KNOWN.contains(&block.language.as_str()) {
                let place = format!("{}:{}", page.path.display(), block.line);
                failures.push(format!("{place}: `{}` is no language of the guide", block.language));
            }
        }
    }
    failures
}
