//! Colours, for terminals only.

use std::io::IsTerminal;

/// Whether words get colours.
#[derive(Debug, Clone, Copy)]
pub struct Style(bool);

impl Style {
    /// No colours.
    pub const PLAIN: Style = Style(false);

    /// Colours, if the output is a terminal which has some, and the user did not set `NO_COLOR`.
    pub fn of(output: &impl IsTerminal) -> Style {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Style(output.is_terminal() && !dumb && !set("NO_COLOR"))
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// What is well.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What is worth knowing.
    pub fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// What is wrong.
    pub fn red(self, text: &str) -> String {
        self.paint("31;1", text)
    }
}
