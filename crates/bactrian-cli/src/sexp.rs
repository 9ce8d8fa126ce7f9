//! Dune files: S-expressions that know their places, so that a file is edited and its comments and layout stay.

use std::ops::Range;

/// An atom, a string or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it is in the text.
    pub place: Range<usize>,
    /// The items of a list; none for an atom.
    items: Option<Vec<Node>>,
    /// An atom as it is written, with its quotes.
    atom: String,
}

impl Node {
    /// The items, if it is a list.
    pub fn items(&self) -> &[Node] {
        self.items.as_deref().unwrap_or_default()
    }

    /// The atom, if it is one.
    pub fn word(&self) -> Option<&str> {
        self.items.is_none().then_some(self.atom.as_str())
    }

    /// Is it this atom?
    pub fn is(&self, atom: &str) -> bool {
        self.items.is_none() && self.atom == atom
    }

    /// The first word of a list.
    pub fn head(&self) -> Option<&str> {
        self.items().first().filter(|first| first.items.is_none()).map(|first| first.atom.as_str())
    }

    /// The field of this name: `(name …)`.
    pub fn field(&self, name: &str) -> Option<&Node> {
        self.items().iter().find(|item| item.head() == Some(name))
    }

    /// The first atom that satisfies the condition, at any depth.
    pub fn find(&self, wanted: &dyn Fn(&str) -> bool) -> Option<&Node> {
        match &self.items {
            None => wanted(&self.atom).then_some(self),
            Some(items) => items.iter().find_map(|item| item.find(wanted)),
        }
    }

    /// The same words in the same lists, wherever they are.
    pub fn same(&self, other: &Node) -> bool {
        match (&self.items, &other.items) {
            (None, None) => self.atom == other.atom,
            (Some(ours), Some(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| a.same(b))
            }
            _ => false,
        }
    }
}

/// The stanzas of a dune file; none if it is not made of S-expressions, as one in OCaml syntax.
pub fn parse(text: &str) -> Option<Vec<Node>> {
    let mut open: Vec<(usize, Vec<Node>)> = vec![(0, Vec::new())];
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => at += 1,
            b';' => at = text[at..].find('\n').map_or(text.len(), |end| at + end),
            b'#' if bytes.get(at + 1) == Some(&b'|') => {
                at = text[at..].find("|#").map(|end| at + end + 2)?
            }
            b'(' => {
                at += 1;
                open.push((start, Vec::new()));
            }
            b')' => {
                at += 1;
                let (start, items) = open.pop()?;
                let list = Node { place: start..at, items: Some(items), atom: String::new() };
                open.last_mut()?.1.push(list);
            }
            first => {
                at += 1;
                if first == b'"' {
                    while *bytes.get(at)? != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                } else {
                    while at < bytes.len() && !b" \t\n\r\x0c();\"".contains(&bytes[at]) {
                        at += 1;
                    }
                }
                let atom = text.get(start..at)?.to_owned();
                open.last_mut()?.1.push(Node { place: start..at, items: None, atom });
            }
        }
    }
    let (_, stanzas) = open.pop()?;
    open.is_empty().then_some(stanzas)
}

/// Changes of a text, to be made at once.
#[derive(Default)]
pub struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts a text in the place of another.
    pub fn replace(&mut self, place: &Range<usize>, with: impl Into<String>) {
        self.0.push((place.clone(), with.into()));
    }

    /// Puts a text behind a node.
    pub fn insert_after(&mut self, node: &Node, what: impl Into<String>) {
        self.0.push((node.place.end..node.place.end, what.into()));
    }

    /// Takes a node away, with the white space before it.
    pub fn remove(&mut self, text: &str, node: &Node) {
        let start = text[..node.place.start].trim_end().len();
        self.0.push((start..node.place.end, String::new()));
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, changed.
    pub fn apply(mut self, text: &str) -> String {
        // What is put in goes before what is taken away at the same place.
        self.0.sort_by_key(|(place, _)| (place.start, place.end));
        let mut changed = String::new();
        let mut at = 0;
        for (place, with) in self.0 {
            changed.push_str(&text[at..place.start]);
            changed.push_str(&with);
            at = place.end;
        }
        changed + &text[at..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_keep_what_they_do_not_touch() {
        let text =
            "; (first\n(library\n (name x) ; mine\n (libraries a #| no |# \"b c\")\n (gone))\n";
        let stanzas = parse(text).expect("it is well formed");
        let [library] = &stanzas[..] else { panic!("{stanzas:?}") };
        assert_eq!(library.head(), Some("library"));
        let libraries = library.field("libraries").expect("it is there");
        assert!(libraries.items()[2].is("\"b c\""));
        let mut edits = Edits::default();
        edits.insert_after(&libraries.items()[1], " z");
        edits.remove(text, library.field("gone").expect("it is there"));
        assert_eq!(
            edits.apply(text),
            "; (first\n(library\n (name x) ; mine\n (libraries a z #| no |# \"b c\"))\n"
        );
    }

    #[test]
    fn layout_does_not_matter() {
        let parse = |text| parse(text).expect("it is well formed").remove(0);
        assert!(parse("(a (b c))").same(&parse("( a ; x\n (b\nc) )")));
        assert!(!parse("(a (b c))").same(&parse("(a b c)")));
        assert!(!parse("(a)").same(&parse("(a b)")));
    }

    #[test]
    fn what_is_no_dune_file() {
        for text in ["(", ")", "(a \"b)", "#| (a)"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(""), Some(Vec::new()));
    }
}
