//! A page of the guide, and the fenced blocks in it.

use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug, PartialEq)]
pub struct Block {
    /// The line of the fence, counted from 1.
    pub line: usize,
    /// The first word after the fence.
    pub language: String,
    /// The words after it, separated by commas.
    pub marks: Vec<String>,
    /// What is between the fences, with the lines of Rust that mdBook hides.
    pub text: String,
}

impl Block {
    /// Whether it has this mark.
    pub fn is(&self, mark: &str) -> bool {
        self.marks.iter().any(|m| m == mark)
    }

    /// The path of `file=PATH`.
    pub fn file(&self) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix("file="))
    }
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The name of the file, without `.md`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// The targets of its links, with their lines.
    pub links: Vec<(usize, String)>,
    /// The anchors of its headings.
    pub anchors: Vec<String>,
}

impl Page {
    /// Reads a page.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let blocks = blocks(&text).map_err(|error| format!("{}:{error}", path.display()))?;
        let prose = prose(&text);
        let anchors = prose.iter().filter_map(|(_, line)| anchor(line)).collect();
        let links = prose.iter().flat_map(|&(n, line)| links(line).map(move |l| (n, l))).collect();
        Ok(Page { name, path: path.to_owned(), blocks, links, anchors })
    }

    /// The name as an identifier of both languages.
    pub fn module(&self) -> String {
        match self.name.replace('-', "_").to_ascii_lowercase() {
            keyword if keyword == "async" => keyword + "_page",
            name => name,
        }
    }

    /// The blocks of one language that belong to the page's program.
    pub fn program<'a>(&'a self, language: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| {
            block.language == language
                && block.file().is_none()
                && !block.is("compile_fail")
                && !block.is("ignore")
        })
    }

    /// A source file in which each line of these blocks is where it is in the page, so that the compilers' messages name
    /// lines of the page.
    pub fn source(&self, language: &str) -> String {
        let mut source = String::new();
        let mut line = 1;
        for block in self.program(language) {
            while line <= block.line {
                source.push('\n');
                line += 1;
            }
            source.push_str(&block.text);
            line += block.text.lines().count();
        }
        source
    }

    /// The rejected snippets, each with what is expected of the message.
    pub fn rejected(&self) -> Vec<(&Block, &str)> {
        let mut found = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            if block.is("compile_fail") {
                let message = self.blocks.get(index + 1).filter(|b| b.language == "text");
                found.push((block, message.map_or("", |b| b.text.as_str())));
            }
        }
        found
    }

    /// What the page's program prints: the `text` blocks that follow no rejected snippet.
    pub fn output(&self) -> String {
        let mut output = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let after_rejected = index > 0 && self.blocks[index - 1].is("compile_fail");
            if block.language == "text" && !after_rejected && !block.is("ignore") {
                output.push_str(&block.text);
            }
        }
        output
    }
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```")
}

fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut words = info.split(',').map(|word| word.trim().to_owned());
        let language = words.next().unwrap_or_default();
        let marks: Vec<_> = words.collect();
        let mut body = String::new();
        loop {
            let Some((_, line)) = lines.next() else {
                return Err(format!("{}: the block is not closed", index + 1));
            };
            if is_fence(line) {
                break;
            }
            let shown = match language.as_str() {
                "rust" if line == "#" => "",
                "rust" => line.strip_prefix("# ").unwrap_or(line),
                _ => line,
            };
            body.push_str(shown);
            body.push('\n');
        }
        blocks.push(Block { line: index + 1, language, marks, text: body });
    }
    Ok(blocks)
}

/// The lines that are not in blocks.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let outside = text.lines().enumerate().filter(|(_, line)| {
        let fence = is_fence(line);
        inside ^= fence;
        !inside && !fence
    });
    outside.map(|(index, line)| (index + 1, line)).collect()
}

/// The anchor that mdBook gives a heading.
pub fn anchor(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    Some(kept.collect())
}

/// The targets of `[text](target)`.
fn links(line: &str) -> impl Iterator<Item = String> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(t, _)| t.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page {
            name: "a-page".to_owned(),
            path: PathBuf::new(),
            blocks: blocks(text).expect("the blocks are closed"),
            links: Vec::new(),
            anchors: Vec::new(),
        }
    }

    const TEXT: &str = "# A page\n\n```rust\n# use hidden;\nfn f() {}\n#[inline]\n```\nThen [a link](b.md#c).\n\
                        ```ocaml\nlet () = ()\n```\n```text\none\n```\n```rust,compile_fail\nno\n```\n```text\nmessage\n```\n\
                        ```toml,file=rust/Cargo.toml\n[package]\n```\n";

    #[test]
    fn lines_stay_where_they_are() {
        let page = page(TEXT);
        assert_eq!(page.source("rust"), "\n\n\nuse hidden;\nfn f() {}\n#[inline]\n");
        assert_eq!(page.source("ocaml").lines().nth(9), Some("let () = ()"));
        assert_eq!(TEXT.lines().nth(9), Some("let () = ()"));
    }

    #[test]
    fn what_belongs_to_what() {
        let page = page(TEXT);
        assert_eq!(page.output(), "one\n");
        let rejected = page.rejected();
        assert_eq!((rejected[0].0.text.as_str(), rejected[0].1), ("no\n", "message\n"));
        assert_eq!(page.blocks[5].file(), Some("rust/Cargo.toml"));
        assert_eq!(page.module(), "a_page");
    }

    #[test]
    fn prose_and_anchors() {
        assert_eq!(links("see [a](b.md#c) and [d](e)").collect::<Vec<_>>(), ["b.md#c", "e"]);
        assert_eq!(
            anchor("## What `noalloc` is, and isn't"),
            Some("what-noalloc-is-and-isnt".into())
        );
        assert_eq!(anchor("#[inline]"), None);
        assert!(blocks("```rust\nfn f() {}\n").is_err());
    }
}
