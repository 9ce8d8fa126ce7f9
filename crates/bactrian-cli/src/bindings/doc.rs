//! Documentation comments: from Rust's Markdown to odoc.

use super::comment;
use super::layout::columns;
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

/// A block of documentation.
enum Block {
    /// Words, to be filled into lines.
    Paragraph(Vec<String>),
    /// Lines as they are, between these.
    Verbatim { open: String, close: &'static str, lines: Vec<String> },
    /// Items of a list.
    List { marker: &'static str, items: Vec<Vec<Block>> },
}

/// The documentation comment for a text, its first line after `lead` if there is one; `None` when there is nothing to say.
pub fn comment(doc: &str, lead: Option<&str>, indent: usize, margin: usize) -> Option<String> {
    let mut blocks = blocks(doc);
    if let Some(lead) = lead {
        match blocks.first_mut() {
            Some(Block::Paragraph(words)) => words.insert(0, format!("{lead}:")),
            _ => blocks.insert(0, Block::Paragraph(vec![lead.to_owned()])),
        }
    }
    if blocks.is_empty() {
        return None;
    }
    // The text starts after `(** `, and ` *)` comes after it.
    let mut text = Text { margin, lines: Vec::new(), indent: indent + 4 };
    text.blocks(&blocks);
    let body = comment::safe(&text.lines.join("\n"));
    let mut lines = body.lines().map(str::to_owned).collect::<Vec<_>>();
    let last = lines.last_mut()?;
    if columns(last) + 3 > margin
        && let Some((start, word)) = last.trim_start().rsplit_once(' ')
        && matches!(blocks.last(), Some(Block::Paragraph(_)))
    {
        let (start, word) = (start.to_owned(), word.to_owned());
        let spaces = " ".repeat(indent + 4);
        *last = format!("{spaces}{start}");
        lines.push(format!("{spaces}{word}"));
    }
    let text = lines.join("\n");
    Some(format!("(** {} *)", text.trim_start()))
}

/// Lines in the making.
struct Text {
    margin: usize,
    indent: usize,
    lines: Vec<String>,
}

impl Text {
    fn blocks(&mut self, blocks: &[Block]) {
        for (index, block) in blocks.iter().enumerate() {
            if index != 0 {
                self.lines.push(String::new());
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        let indent = " ".repeat(self.indent);
        match block {
            Block::Paragraph(words) => {
                // Before the lines are filled, since it can change the words.
                let safe = comment::safe(&words.join("\n"));
                let words = safe.lines().flat_map(|word| match word.starts_with('{') {
                    true => vec![word],
                    false => word.split(' ').collect(),
                });
                self.fill(&words.collect::<Vec<_>>(), &indent, &indent);
            }
            Block::Verbatim { open, close, lines } => {
                self.lines.push(format!("{indent}{open}"));
                self.lines.extend(lines.iter().map(|line| match line.is_empty() {
                    true => String::new(),
                    false => format!("{indent}{line}"),
                }));
                self.lines.push(format!("{indent}{close}"));
            }
            Block::List { marker, items } => {
                for item in items {
                    let first = self.lines.len();
                    self.indent += 2;
                    self.blocks(item);
                    self.indent -= 2;
                    if let Some(line) = self.lines.get_mut(first) {
                        *line = format!("{indent}{marker} {}", line.trim_start());
                    }
                }
            }
        }
    }

    fn fill(&mut self, words: &[&str], first: &str, rest: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in words {
            // These would start a list.
            let bound = word.starts_with(['-', '+']);
            if !empty && !bound && columns(&line) + 1 + columns(word) > self.margin {
                self.lines.push(std::mem::replace(&mut line, rest.to_owned()));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.lines.push(line);
    }
}

/// What is being read.
struct Reader<'a> {
    events: Box<dyn Iterator<Item = Event<'a>> + 'a>,
}

fn blocks(doc: &str) -> Vec<Block> {
    let doc = dedent(doc);
    // Links to other items of Rust lead nowhere in OCaml; what they show is kept.
    let inside = |link: BrokenLink| {
        let text = doc.get(link.span.clone()).unwrap_or_default();
        let item = !text.starts_with("[ ") && !link.reference.contains(char::is_whitespace);
        item.then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
    };
    let options = Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_with_broken_link_callback(&doc, options, Some(inside));
    Reader { events: Box::new(events) }.blocks(None)
}

/// Without the space that every line of a `///` comment starts with.
fn dedent(doc: &str) -> String {
    let indent = doc
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let lines = doc.lines().map(|line| line.get(indent..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

impl Reader<'_> {
    /// The blocks up to the end of what they are in.
    fn blocks(&mut self, end: Option<TagEnd>) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Words that are in no paragraph, as in a tight list.
        let mut loose = Inline::default();
        while let Some(event) = self.events.next() {
            let block = match event {
                Event::End(tag) if Some(tag) == end => break,
                Event::Start(Tag::Paragraph) => Block::Paragraph(self.inline(TagEnd::Paragraph)),
                Event::Start(Tag::Heading { level, .. }) => {
                    let words = self.inline(TagEnd::Heading(level));
                    Block::Paragraph(in_braces("b", words))
                }
                Event::Start(Tag::CodeBlock(kind)) => self.code(&kind),
                Event::Start(Tag::List(first)) => {
                    let marker = if first.is_some() { "+" } else { "-" };
                    Block::List { marker, items: self.items(first.is_some()) }
                }
                Event::Start(Tag::BlockQuote(kind)) => {
                    loose.flush(&mut blocks);
                    blocks.extend(self.blocks(Some(TagEnd::BlockQuote(kind))));
                    continue;
                }
                Event::Start(Tag::HtmlBlock) => {
                    self.blocks(Some(TagEnd::HtmlBlock));
                    continue;
                }
                Event::Html(_) | Event::Rule => continue,
                event => {
                    loose.event(event);
                    continue;
                }
            };
            loose.flush(&mut blocks);
            blocks.push(block);
        }
        loose.flush(&mut blocks);
        blocks.retain(|block| !matches!(block, Block::Paragraph(words) if words.is_empty()));
        blocks
    }

    fn items(&mut self, ordered: bool) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        for event in self.events.by_ref() {
            match event {
                Event::Start(Tag::Item) => {}
                Event::End(TagEnd::List(own)) if own == ordered => return items,
                _ => continue,
            }
            break;
        }
        loop {
            items.push(self.blocks(Some(TagEnd::Item)));
            match self.events.next() {
                Some(Event::Start(Tag::Item)) => {}
                _ => return items,
            }
        }
    }

    fn inline(&mut self, end: TagEnd) -> Vec<String> {
        let mut inline = Inline::default();
        for event in self.events.by_ref() {
            if event == Event::End(end) {
                break;
            }
            inline.event(event);
        }
        inline.finish()
    }

    fn code(&mut self, kind: &CodeBlockKind) -> Block {
        let mut text = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::End(TagEnd::CodeBlock) => break,
                _ => {}
            }
        }
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.split([',', ' ']).next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        let rust = ["", "rust", "no_run", "ignore", "should_panic", "compile_fail", "edition2024"];
        // What rustdoc hides.
        let hidden = |line: &&str| {
            !(rust.contains(&info) && (line.trim() == "#" || line.trim_start().starts_with("# ")))
        };
        let lines = text.lines().filter(hidden).map(str::to_owned).collect::<Vec<_>>();
        let ends = |close: &str| lines.iter().any(|line| line.contains(close));
        match info {
            _ if ends("]}") && ends("v}") => {
                let lines = lines.iter().map(|line| line.replace("v}", "v }")).collect();
                Block::Verbatim { open: "{v".into(), close: "v}", lines }
            }
            "ocaml" if !ends("]}") => Block::Verbatim { open: "{[".into(), close: "]}", lines },
            _ if rust.contains(&info) && !ends("]}") => {
                Block::Verbatim { open: "{@rust[".into(), close: "]}", lines }
            }
            _ if ends("v}") => Block::Verbatim { open: "{@text[".into(), close: "]}", lines },
            _ => Block::Verbatim { open: "{v".into(), close: "v}", lines },
        }
    }
}

/// Words in the making.
#[derive(Default)]
struct Inline {
    words: Vec<String>,
    /// Whether the next text goes on with the last word.
    joined: bool,
    /// What was opened by a link or emphasis.
    open: Vec<&'static str>,
}

impl Inline {
    fn event(&mut self, event: Event) {
        match event {
            Event::Text(text) => self.text(&escaped(&text)),
            Event::Code(code) => self.piece(&code_span(&code)),
            Event::SoftBreak | Event::HardBreak => self.joined = false,
            Event::Start(Tag::Emphasis) => self.start("{e ", "}"),
            Event::Start(Tag::Strong) => self.start("{b ", "}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                if dest_url.starts_with("http://") || dest_url.starts_with("https://") {
                    self.start(&format!("{{{{:{dest_url}}} "), "}");
                } else {
                    self.open.push("");
                }
            }
            Event::Start(_) => self.open.push(""),
            Event::End(_) => {
                let close = self.open.pop().unwrap_or_default();
                if let Some(last) = self.words.last_mut() {
                    last.push_str(close);
                }
            }
            _ => {}
        }
    }

    /// Something that its own first word belongs to.
    fn start(&mut self, open: &str, close: &'static str) {
        self.piece(open.trim_end());
        // `{b word}` is broken only within.
        if let Some(last) = self.words.last_mut() {
            last.push(' ');
        }
        self.joined = true;
        self.open.push(close);
    }

    fn text(&mut self, text: &str) {
        if text.starts_with(char::is_whitespace) {
            self.joined = false;
        }
        for word in text.split_whitespace() {
            self.piece(word);
            self.joined = false;
        }
        self.joined = !text.ends_with(char::is_whitespace) && !text.is_empty();
    }

    /// A word, or a part of one.
    fn piece(&mut self, piece: &str) {
        match self.words.last_mut() {
            Some(last) if self.joined => last.push_str(piece),
            _ => self.words.push(piece.to_owned()),
        }
        self.joined = true;
    }

    fn flush(&mut self, blocks: &mut Vec<Block>) {
        let words = std::mem::take(self).finish();
        if !words.is_empty() {
            blocks.push(Block::Paragraph(words));
        }
    }

    fn finish(self) -> Vec<String> {
        self.words.into_iter().filter(|word| !word.is_empty()).collect()
    }
}

fn in_braces(what: &str, mut words: Vec<String>) -> Vec<String> {
    if let Some(first) = words.first_mut() {
        *first = format!("{{{what} {first}");
    }
    if let Some(last) = words.last_mut() {
        last.push('}');
    }
    words
}

/// Without meaning for odoc.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if "{}[]@\\".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// `[code]`: brackets within are odoc's own unless they are in pairs.
fn code_span(code: &str) -> String {
    let mut depth = 0i32;
    let balanced = code.chars().all(|letter| {
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        depth >= 0
    }) && depth == 0;
    let mut span = String::from("[");
    for letter in code.chars() {
        if matches!(letter, '[' | ']') && !balanced {
            span.push('\\');
        }
        span.push(letter);
    }
    span.push(']');
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(doc: &str) -> String {
        comment(doc, None, 0, 40).unwrap_or_default()
    }

    #[test]
    fn paragraphs_are_filled() {
        assert_eq!(of(" One."), "(** One. *)");
        assert_eq!(
            of(" A sentence that is longer than the margin is.\n\n Second."),
            "(** A sentence that is longer than the\n    margin is.\n\n    Second. *)"
        );
        assert_eq!(of(""), "");
        assert_eq!(of("  \n"), "");
    }

    #[test]
    fn markdown_becomes_odoc() {
        assert_eq!(of("`a` and *b* and **c**"), "(** [a] and {e b} and {b c} *)");
        assert_eq!(of("# Errors\nNone."), "(** {b Errors}\n\n    None. *)");
        assert_eq!(of("- a\n- b"), "(** - a\n    - b *)");
        assert_eq!(of("1. a\n2. b"), "(** + a\n    + b *)");
        assert_eq!(of("see [it](https://a.b/c)"), "(** see {{:https://a.b/c} it} *)");
        assert_eq!(of("see [`Vec`] and [that](Vec)"), "(** see [Vec] and that *)");
    }

    #[test]
    fn code_keeps_its_lines() {
        assert_eq!(
            of("```\n# use a;\nlet x = 1;\n\n  y\n```"),
            "(** {@rust[\n    let x = 1;\n\n      y\n    ]} *)"
        );
        assert_eq!(of("```ocaml\nlet x = 1\n```"), "(** {[\n    let x = 1\n    ]} *)");
        assert_eq!(of("```text\na  b\n```"), "(** {v\n    a  b\n    v} *)");
    }

    #[test]
    fn what_odoc_would_misread_is_escaped() {
        assert_eq!(of("a {b} [ c] @d \\"), "(** a \\{b\\} \\[ c\\] \\@d \\\\ *)");
        assert_eq!(of("`[a]` `a]`"), "(** [[a]] [a\\]] *)");
        assert_eq!(of("`(*mut T)`, 5\""), "(** [( *mut T)], 5\u{201d} *)");
        // A hyphen at the start of a line would be a list.
        assert_eq!(
            of("this text is as long as the margin - here"),
            "(** this text is as long as the margin -\n    here *)"
        );
    }

    #[test]
    fn other_scripts_are_kept() {
        assert_eq!(
            of("Gr\u{fc}\u{df}e, \u{4f60}\u{597d}"),
            "(** Gr\u{fc}\u{df}e, \u{4f60}\u{597d} *)"
        );
    }
}
