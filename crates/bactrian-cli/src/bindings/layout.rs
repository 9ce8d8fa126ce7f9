//! A small pretty-printer: a group is on one line if it fits, and broken at all of its lines if not.

/// A text with places where it can be broken.
#[derive(Clone, Debug)]
pub enum Doc {
    /// As it is.
    Text(String),
    /// A space, or a new line.
    Line,
    /// One after the other.
    All(Vec<Doc>),
    /// New lines within are indented so much more.
    Nest(usize, Box<Doc>),
    /// Broken on its own.
    Group(Box<Doc>),
}

impl Doc {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Doc::Text(text.into())
    }

    /// With more indentation.
    pub fn nest(self, by: usize) -> Self {
        Doc::Nest(by, Box::new(self))
    }

    /// Broken on its own.
    pub fn group(self) -> Self {
        Doc::Group(Box::new(self))
    }

    /// On one line.
    pub fn flat(&self) -> String {
        let mut text = String::new();
        self.flatten(&mut text);
        text
    }

    fn flatten(&self, text: &mut String) {
        match self {
            Doc::Text(own) => text.push_str(own),
            Doc::Line => text.push(' '),
            Doc::All(all) => all.iter().for_each(|doc| doc.flatten(text)),
            Doc::Nest(_, doc) | Doc::Group(doc) => doc.flatten(text),
        }
    }

    /// In a width, after so many columns, with the indentation of what is around.
    pub fn render(&self, width: usize, column: usize, indent: usize) -> String {
        let mut printer = Printer { width, column, text: String::new() };
        printer.print(self, indent, true, 0);
        printer.text
    }
}

struct Printer {
    width: usize,
    column: usize,
    text: String,
}

impl Printer {
    /// `after` is what must still fit on the last line.
    fn print(&mut self, doc: &Doc, indent: usize, broken: bool, after: usize) {
        match doc {
            Doc::Text(text) => {
                self.text.push_str(text);
                self.column += columns(text);
            }
            Doc::Line if broken => {
                self.text.push('\n');
                self.text.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            }
            Doc::Line => {
                self.text.push(' ');
                self.column += 1;
            }
            Doc::All(all) => {
                for (index, doc) in all.iter().enumerate() {
                    let after = after + rest(&all[index + 1..]);
                    self.print(doc, indent, broken, after);
                }
            }
            Doc::Nest(by, doc) => self.print(doc, indent + by, broken, after),
            Doc::Group(doc) => {
                let fits = self.column + columns(&doc.flat()) + after <= self.width;
                self.print(doc, indent, !fits, after);
            }
        }
    }
}

/// The columns up to the next place where a line may be broken.
fn rest(docs: &[Doc]) -> usize {
    let mut columns_ = 0;
    for doc in docs {
        match doc {
            Doc::Text(text) => columns_ += columns(text),
            _ => break,
        }
    }
    columns_
}

/// How wide a text is.
pub fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_what_does_not_fit() {
        let doc = Doc::All(vec![
            Doc::text("("),
            Doc::All(vec![Doc::text("a,"), Doc::Line, Doc::text("b")]).nest(1).group(),
            Doc::text(") t"),
        ]);
        assert_eq!(doc.render(80, 0, 0), "(a, b) t");
        assert_eq!(doc.render(7, 0, 0), "(a,\n b) t");
    }
}
