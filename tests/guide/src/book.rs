//! The guide as HTML, for machines without mdBook: one file a page, with the summary beside it.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};
use std::fmt::Write as _;
use std::path::Path;

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { margin: 0; display: flex; font: 16px/1.55 system-ui, sans-serif; }
nav { flex: none; box-sizing: border-box; width: 17rem; height: 100vh; overflow-y: auto; position: sticky; top: 0;
  padding: 1rem 1.2rem; border-right: 1px solid #8884; font-size: 0.9rem; }
nav ul { list-style: none; padding-left: 0; } nav ul ul { padding-left: 1rem; }
nav h1 { font-size: 1.1rem; } nav h2, nav nav h1 { font-size: 0.8rem; text-transform: uppercase; opacity: 0.7; }
main { flex: 1; min-width: 0; max-width: 48rem; padding: 1rem 2.5rem 4rem; }
pre { overflow-x: auto; padding: 0.8rem 1rem; background: #8881; border-radius: 4px; }
code { font: 0.88em ui-monospace, monospace; } pre code { font-size: 0.85rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8884; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 4px solid #8886; }
[aria-current] { font-weight: bold; }
@media (max-width: 50rem) { body { display: block; } nav { width: auto; height: auto; position: static; } main { padding: 1rem; } }
";

/// Writes the book of `guide/src` into a folder, and returns the number of pages.
pub fn build(src: &Path, to: &Path) -> Result<usize, String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| failed(path, e));
    let summary = read(&src.join("SUMMARY.md"))?;
    std::fs::create_dir_all(to).map_err(|e| failed(to, e))?;
    let pages: Vec<(String, String)> = pages(&summary);
    for (index, (title, file)) in pages.iter().enumerate() {
        let text = read(&src.join(file))?;
        let nav = to_html(&summary).replace(
            &format!("href=\"{}\"", html_name(file)),
            &format!("href=\"{}\" aria-current=\"page\"", html_name(file)),
        );
        let mut ends = String::new();
        if index > 0 {
            let (title, file) = &pages[index - 1];
            let _ = write!(ends, "<a href=\"{}\">← {title}</a> ", html_name(file));
        }
        if let Some((title, file)) = pages.get(index + 1) {
            let _ = write!(ends, "<a href=\"{}\">{title} →</a>", html_name(file));
        }
        let page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} - Bactrian</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<nav>\n{nav}</nav>\n<main>\n{}<hr>\n{ends}\n</main>\n</body>\n</html>\n",
            to_html(&text)
        );
        let mut names = vec![html_name(file)];
        if index == 0 {
            names.push("index.html".to_owned());
        }
        for name in names {
            let path = to.join(name);
            std::fs::write(&path, &page).map_err(|e| failed(&path, e))?;
        }
    }
    Ok(pages.len())
}

/// The titles and files of the summary.
fn pages(summary: &str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut link: Option<(String, String)> = None;
    for event in Parser::new(summary) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = Some((String::new(), dest_url.to_string()));
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((title, _)) = &mut link {
                    title.push_str(&text);
                }
            }
            Event::End(TagEnd::Link) => pages.extend(link.take()),
            _ => {}
        }
    }
    pages
}

fn html_name(file: &str) -> String {
    file.replace(".md", ".html")
}

/// A page: links lead to the other HTML files, hidden lines of Rust are left out, and headings can be linked to.
fn to_html(text: &str) -> String {
    let mut rust = false;
    let mut events: Vec<Event> = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        events.push(match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let local = !dest_url.contains("://");
                let dest_url = if local { CowStr::from(html_name(&dest_url)) } else { dest_url };
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let language = info.split(',').next().unwrap_or_default().to_owned();
                rust = language == "rust";
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language.into())))
            }
            Event::End(TagEnd::CodeBlock) => {
                rust = false;
                event
            }
            Event::Text(text) if rust => Event::Text(shown(&text).into()),
            event => event,
        });
    }
    name_headings(&mut events);
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    page
}

fn shown(rust: &str) -> String {
    let lines = rust.lines().filter(|line| *line != "#" && !line.starts_with("# "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Gives each heading the anchor that mdBook gives it.
fn name_headings(events: &mut [Event]) {
    let mut start = None;
    let mut title = String::new();
    for index in 0..events.len() {
        match &events[index] {
            Event::Start(Tag::Heading { .. }) => {
                start = Some(index);
                title.clear();
            }
            Event::Text(text) | Event::Code(text) if start.is_some() => title.push_str(text),
            Event::End(TagEnd::Heading(_)) => {
                let anchor = crate::page::anchor(&format!("# {title}"));
                if let Some(Event::Start(Tag::Heading { id, .. })) =
                    start.take().map(|start| &mut events[start])
                {
                    *id = anchor.map(CowStr::from);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page() {
        let page = to_html(
            "# What `it` is\n\n[x](a.md#b), [y](https://z/a.md)\n\n```rust,ignore\n# use hidden;\nf();\n```\n",
        );
        assert!(page.contains("<h1 id=\"what-it-is\">"), "{page}");
        assert!(page.contains("href=\"a.html#b\"") && page.contains("href=\"https://z/a.md\""));
        assert!(page.contains("<code class=\"language-rust\">f();\n</code>"), "{page}");
    }

    #[test]
    fn the_summary() {
        let found = pages("# S\n\n[First](a.md)\n\n- [The `b`](b.md)\n  - [C](c.md)\n");
        let files: Vec<_> = found.iter().map(|(t, f)| (t.as_str(), f.as_str())).collect();
        assert_eq!(files, [("First", "a.md"), ("The b", "b.md"), ("C", "c.md")]);
    }
}
