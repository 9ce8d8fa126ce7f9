//! Documentation: from odoc's markup to Markdown.

/// The lines of a documentation comment, without the `///`.
pub fn lines(text: &str) -> Vec<String> {
    let mut writer = Writer { out: String::new() };
    writer.text(text, &mut text.char_indices().peekable(), None);
    let lines: Vec<_> = writer.out.lines().map(|line| line.trim().to_owned()).collect();
    let mut result: Vec<String> = Vec::new();
    for line in lines {
        // One empty line is enough, and none at the ends.
        if !(line.is_empty() && result.last().is_none_or(String::is_empty)) {
            result.push(line);
        }
    }
    if result.last().is_some_and(String::is_empty) {
        result.pop();
    }
    result
}

/// The names in `[f x y]` at the beginning of the documentation of `f`, if it begins so.
pub fn parameters(name: &str, text: &str) -> Option<Vec<String>> {
    let call = text.trim_start().strip_prefix('[')?.split_once(']')?.0;
    let mut words = call.split_whitespace();
    (words.next() == Some(name))
        .then(|| words.map(|word| word.trim_start_matches(['~', '?']).to_owned()).collect())
}

struct Writer {
    out: String,
}

type Chars<'a> = std::iter::Peekable<std::str::CharIndices<'a>>;

impl Writer {
    /// Up to the end, or to the bracket that closes what is open.
    fn text(&mut self, all: &str, chars: &mut Chars, closing: Option<char>) {
        let mut at_line = true;
        while let Some((at, c)) = chars.next() {
            match c {
                _ if Some(c) == closing => return,
                '\\' => self.out.extend(chars.next().map(|(_, c)| c)),
                '[' => self.code(chars),
                '{' => self.braces(all, chars),
                '@' if at_line => self.tag(all, at, chars),
                '<' => self.out.push_str("\\<"),
                c => self.out.push(c),
            }
            at_line = if c == '\n' { true } else { at_line && c.is_whitespace() };
        }
    }

    /// `[code]`
    fn code(&mut self, chars: &mut Chars) {
        let mut depth = 1;
        self.out.push('`');
        for (_, c) in chars.by_ref() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            self.out.push(if c == '`' { '\'' } else { c });
        }
        self.out.push('`');
    }

    /// `{b text}`, `{!Path}`, `{[code]}` and so on.
    fn braces(&mut self, all: &str, chars: &mut Chars) {
        let start = chars.peek().map_or(all.len(), |(at, _)| *at);
        let rest = &all[start..];
        for (open, close) in [("[", "]}"), ("v", "v}")] {
            let spaced =
                open == "[" || rest[open.len().min(rest.len())..].starts_with(char::is_whitespace);
            if rest.starts_with(open)
                && spaced
                && let Some(end) = rest.find(close)
            {
                let block = &rest[open.len()..end];
                self.out.push_str("\n\n```text\n");
                let lines = block.trim_matches('\n').lines();
                lines.for_each(|line| self.out.push_str(&format!("{}\n", line.trim_end())));
                self.out.push_str("```\n\n");
                skip_to(chars, start + end + close.len());
                return;
            }
        }
        if let Some(path) = rest.strip_prefix('!') {
            let end = path.find('}').unwrap_or(path.len());
            let name = path[..end].rsplit(':').next().unwrap_or_default();
            self.out.push_str(&format!("`{name}`"));
            skip_to(chars, start + 1 + end + 1);
            return;
        }
        if let Some(url) = rest.strip_prefix(':') {
            let end = url.find('}').unwrap_or(url.len());
            self.out.push_str(&format!("<{}>", url[..end].trim()));
            skip_to(chars, start + 1 + end + 1);
            return;
        }
        let word_end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (before, after) = match &rest[..word_end] {
            "b" => ("**", "**"),
            "i" | "e" => ("*", "*"),
            "li" => ("- ", "\n"),
            word if word.starts_with(|c: char| c.is_ascii_digit()) => ("\n\n# ", "\n\n"),
            _ => ("", ""),
        };
        skip_to(chars, start + word_end);
        while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        self.out.push_str(before);
        self.text(all, chars, Some('}'));
        self.out.push_str(after);
    }

    /// `@raise Not_found if …` and the like: a line of a list.
    fn tag(&mut self, all: &str, at: usize, chars: &mut Chars) {
        let rest = &all[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let tag = match &rest[..end] {
            "raise" | "raises" => "raises",
            "return" | "returns" => "returns",
            "param" => "parameter",
            other => other,
        };
        skip_to(chars, at + 1 + end);
        self.out.push_str(&format!("\n\n- {tag}"));
    }
}

fn skip_to(chars: &mut Chars, place: usize) {
    while chars.next_if(|(at, _)| *at < place).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup() {
        let text = " [f x] is {b not} {!List.map} of [a list].\n\n    {[ let x = 1 ]}\n    @raise Not_found if a < b.";
        let expected = "`f x` is **not** `List.map` of `a list`.\n\n```text\nlet x = 1\n```\n\n- raises Not_found if a \\< b.";
        assert_eq!(lines(text).join("\n"), expected);
        assert_eq!(lines("  "), Vec::<String>::new());
        assert_eq!(lines("{b open").join("\n"), "**open**");
        assert_eq!(lines("See {:https://example.org}.").join("\n"), "See <https://example.org>.");
    }

    #[test]
    fn names_of_parameters() {
        let named = |text| parameters("f", text);
        assert_eq!(named(" [f x ~limit] does it."), Some(vec!["x".to_owned(), "limit".to_owned()]));
        assert_eq!(named("[g x]"), None);
        assert_eq!(named("f x"), None);
    }
}
