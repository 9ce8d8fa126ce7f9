//! JSON, to be printed.

use std::fmt::{self, Display, Formatter, Write};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}

impl From<Option<&str>> for Json {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Json::Null, Json::from)
    }
}

/// On several lines, two columns a level.
impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.print(0, f)
    }
}

impl Json {
    /// A list of what is made of each.
    pub fn list<T>(items: &[T], make: impl Fn(&T) -> Json) -> Json {
        Json::List(items.iter().map(make).collect())
    }

    fn print(&self, indent: usize, f: &mut Formatter<'_>) -> fmt::Result {
        let inner = indent + 2;
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(bool) => write!(f, "{bool}"),
            Json::Number(number) => write!(f, "{number}"),
            Json::Text(text) => print_text(text, f),
            Json::List(items) if items.is_empty() => f.write_str("[]"),
            Json::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "[\n" } else { ",\n" })?;
                    write!(f, "{:inner$}", "")?;
                    item.print(inner, f)?;
                }
                write!(f, "\n{:indent$}]", "")
            }
            Json::Object(fields) if fields.is_empty() => f.write_str("{}"),
            Json::Object(fields) => {
                for (index, (name, value)) in fields.iter().enumerate() {
                    f.write_str(if index == 0 { "{\n" } else { ",\n" })?;
                    write!(f, "{:inner$}\"{name}\": ", "")?;
                    value.print(inner, f)?;
                }
                write!(f, "\n{:indent$}}}", "")
            }
        }
    }
}

fn print_text(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{:04x}", c as u32)?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_on_lines() {
        let list = Json::List(vec![Json::Null, Json::Number(3), Json::List(Vec::new())]);
        let json = Json::Object(vec![("a", Json::from("q\" \\ é\n\u{1}")), ("b", list)]);
        let text = "{\n  \"a\": \"q\\\" \\\\ é\\n\\u0001\",\n  \"b\": [\n    null,\n    3,\n    []\n  ]\n}";
        assert_eq!(json.to_string(), text);
        assert_eq!(Json::Object(Vec::new()).to_string(), "{}");
    }
}
