//! What OCaml's lexer makes of the inside of a comment.

/// Makes a text safe within `(*` and `*)`: it neither ends the comment nor starts a string that it does not end.
///
/// Within comments the lexer still reads strings, quoted strings, characters and nested comments.
pub fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        safe.push(letter);
        match (letter, letters.peek()) {
            ('(', Some('*')) | ('*', Some(')')) => safe.push(' '),
            ('{', _) => {
                // `{|` and `{id|` start a quoted string.
                let rest = letters.clone().skip_while(|l| l.is_ascii_lowercase() || *l == '_');
                if rest.clone().next() == Some('|') {
                    safe.push(' ');
                }
            }
            _ => {}
        }
    }
    if !closes_strings(&safe) {
        safe = safe.replace('"', "\u{201d}");
    }
    safe
}

/// Whether every string that starts in the text ends there.
fn closes_strings(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest[0] {
            b'"' => match end_of_string(&rest[1..]) {
                Some(length) => 1 + length,
                None => return false,
            },
            b'\'' => character(rest).unwrap_or(1),
            // An identifier may hold quotes: `don't`.
            first if first.is_ascii_alphabetic() || first == b'_' => rest
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || **b == b'\'')
                .count(),
            _ => 1,
        };
    }
    true
}

/// How long the rest of a string is, with its quote.
fn end_of_string(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match rest.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// How long the character literal is that starts here, if one does.
fn character(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\'', b'\\', escaped, b'\'', ..] if b"\\\"'ntbr ".contains(escaped) => Some(4),
        [b'\'', plain, b'\'', ..] if !b"\\'\n\r".contains(plain) => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_what_is_safe() {
        for text in
            ["plain", "a \"string\"", "don't", "it's 'a' or '\"'", "x'\"'\"", "{x}", "caf\u{e9}"]
        {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn splits_what_opens_or_closes() {
        assert_eq!(safe("(*mut T)"), "( *mut T)");
        assert_eq!(safe("a *) b"), "a * ) b");
        assert_eq!(safe("(*)"), "( * )");
        assert_eq!(safe("{|x| x}"), "{ |x| x}");
        assert_eq!(safe("{id|x|id}"), "{ id|x|id}");
    }

    #[test]
    fn turns_quotes_that_never_end() {
        assert_eq!(safe("5\" disk"), "5\u{201d} disk");
        assert_eq!(safe("\"a\" and \"b"), "\u{201d}a\u{201d} and \u{201d}b");
        assert_eq!(safe("\"ends in \\\""), "\u{201d}ends in \\\u{201d}");
    }
}
