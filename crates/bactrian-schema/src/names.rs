//! What Rust's names become in OCaml.
//!
//! A name that means something else to OCaml gets an underscore at its end; one that OCaml cannot read is refused.

use alloc::format;
use alloc::string::{String, ToString};

/// The reserved words of OCaml, those of 5.3 included.
const KEYWORDS: &[&str] = &[
    "and",
    "as",
    "asr",
    "assert",
    "begin",
    "class",
    "constraint",
    "do",
    "done",
    "downto",
    "effect",
    "else",
    "end",
    "exception",
    "external",
    "false",
    "for",
    "fun",
    "function",
    "functor",
    "if",
    "in",
    "include",
    "inherit",
    "initializer",
    "land",
    "lazy",
    "let",
    "lor",
    "lsl",
    "lsr",
    "lxor",
    "match",
    "method",
    "mod",
    "module",
    "mutable",
    "new",
    "nonrec",
    "object",
    "of",
    "open",
    "or",
    "private",
    "rec",
    "sig",
    "struct",
    "then",
    "to",
    "true",
    "try",
    "type",
    "val",
    "virtual",
    "when",
    "while",
    "with",
];

/// The types that OCaml knows without a module: a definition of the same name would hide them.
const PREDEFINED: &[&str] = &[
    "array",
    "atomic_loc",
    "bool",
    "bytes",
    "char",
    "exn",
    "extension_constructor",
    "float",
    "floatarray",
    "format",
    "format4",
    "format6",
    "fpclass",
    "in_channel",
    "int",
    "int32",
    "int64",
    "lazy_t",
    "list",
    "nativeint",
    "option",
    "out_channel",
    "ref",
    "result",
    "string",
    "unit",
];

/// Whether OCaml reserves the word.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// Whether OCaml knows a type of this name without a module.
pub fn is_predefined(name: &str) -> bool {
    PREDEFINED.contains(&name)
}

/// Whether OCaml reads the name as that of a value, field, label or type.
pub fn is_lowercase(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name != "_"
        && is_identifier(name)
        && !is_keyword(name)
}

/// Whether OCaml reads the name as that of a constructor or module.
pub fn is_uppercase(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && is_identifier(name)
}

/// Whether OCaml reads the name as that of a polymorphic variant, after its backquote.
pub fn is_tag(name: &str) -> bool {
    is_lowercase(name) || is_uppercase(name)
}

/// Whether the text is a path of modules, such as `Index.Cursor`.
pub fn is_module_path(path: &str) -> bool {
    path.split('.').all(is_uppercase)
}

/// Splits `Maths.twice` into the modules and the value; `None` when it is no such path.
pub fn value_path(path: &str) -> Option<(&str, &str)> {
    let (modules, value) = path.rsplit_once('.')?;
    (is_module_path(modules) && is_lowercase(value)).then_some((modules, value))
}

/// Whether the text is the path of a type: `person` or `Domain.person`.
pub fn is_type_path(path: &str) -> bool {
    is_lowercase(path) || value_path(path).is_some()
}

/// Whether the text is the path of an exception: `Bad_input` or `Domain.Bad_input`.
pub fn is_exception_path(path: &str) -> bool {
    is_module_path(path)
}

fn is_identifier(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'\'')
}

/// The OCaml name of a Rust function, parameter or field.
///
/// # Errors
/// When OCaml could not read it.
pub fn value(rust: &str) -> Result<String, String> {
    let name = if rust.starts_with(|first: char| first.is_ascii_uppercase()) {
        snake_case(rust)
    } else {
        rust.to_string()
    };
    checked(rust, escaped(name, is_keyword), is_lowercase)
}

/// The OCaml name of a Rust struct or enum.
///
/// # Errors
/// When OCaml could not read it.
pub fn ty(rust: &str) -> Result<String, String> {
    let hides = |name: &str| is_keyword(name) || is_predefined(name);
    checked(rust, escaped(snake_case(rust), hides), is_lowercase)
}

/// The OCaml name of a constructor of a Rust enum.
///
/// # Errors
/// When OCaml could not read it.
pub fn constructor(rust: &str) -> Result<String, String> {
    let mut name = rust.to_string();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    checked(rust, name, is_uppercase)
}

/// The OCaml exception that is registered under a name, or that a Rust error is: `Search.Not_there` is `Not_there`.
///
/// # Errors
/// When OCaml could not read either.
pub fn exception(registered: &str, rust: &str) -> Result<String, String> {
    let last = registered.rsplit('.').next().unwrap_or_default();
    if is_uppercase(last) { Ok(last.to_string()) } else { constructor(rust) }
}

/// The OCaml file of a crate, and its module.
///
/// # Errors
/// When OCaml could not read it.
pub fn unit(rust: &str) -> Result<String, String> {
    checked(rust, rust.replace('-', "_").to_ascii_lowercase(), |name| {
        name.starts_with(|first: char| first.is_ascii_lowercase()) && is_identifier(name)
    })
}

/// The module of a file.
pub fn module_of_unit(unit: &str) -> String {
    let mut name = unit.to_string();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

fn escaped(mut name: String, reserved: impl Fn(&str) -> bool) -> String {
    if reserved(&name) {
        name.push('_');
    }
    name
}

fn checked(rust: &str, name: String, valid: impl Fn(&str) -> bool) -> Result<String, String> {
    if valid(&name) {
        return Ok(name);
    }
    Err(format!("`{rust}` cannot be a name in OCaml: give it one with `rename = \"…\"`"))
}

/// `HttpServer` and `HTTPServer` are `http_server`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut previous: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_uppercase() {
            let after_small = previous.is_some_and(|p| p.is_lowercase() || p.is_ascii_digit());
            let before_small = previous.is_some_and(char::is_uppercase)
                && letters.peek().is_some_and(|next| next.is_lowercase());
            if after_small || before_small {
                snake.push('_');
            }
        }
        snake.extend(letter.to_lowercase());
        previous = Some(letter);
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(name: &str) -> Result<String, String> {
        Ok(name.to_string())
    }

    #[test]
    fn types() {
        assert_eq!(ty("Person"), ok("person"));
        assert_eq!(ty("HttpServer"), ok("http_server"));
        assert_eq!(ty("HTTPServer"), ok("http_server"));
        assert_eq!(ty("Point2D"), ok("point2_d"));
        assert_eq!(ty("already_small"), ok("already_small"));
        assert_eq!(ty("Type"), ok("type_"));
        assert_eq!(ty("List"), ok("list_"));
        assert_eq!(ty("Result"), ok("result_"));
        assert!(ty("Größe").is_err());
    }

    #[test]
    fn values() {
        assert_eq!(value("greet"), ok("greet"));
        assert_eq!(value("match"), ok("match_"));
        assert_eq!(value("list"), ok("list"));
        assert_eq!(value("URL"), ok("url"));
        assert_eq!(value("_x"), ok("_x"));
        assert!(value("_").is_err());
        assert!(value("naïve").is_err());
    }

    #[test]
    fn constructors() {
        assert_eq!(constructor("Circle"), ok("Circle"));
        assert_eq!(constructor("circle"), ok("Circle"));
        assert!(constructor("_Circle").is_err());
        assert!(constructor("Été").is_err());
        assert_eq!(exception("Search.Not_there", "Gone"), ok("Not_there"));
        assert_eq!(exception("not there", "Gone"), ok("Gone"));
    }

    #[test]
    fn paths() {
        assert_eq!(value_path("Maths.twice"), Some(("Maths", "twice")));
        assert_eq!(value_path("A.B.c'"), Some(("A.B", "c'")));
        assert_eq!(value_path("twice"), None);
        assert_eq!(value_path("Maths.Twice"), None);
        assert_eq!(value_path("maths.twice"), None);
        assert_eq!(value_path("Maths.end"), None);
        assert!(is_module_path("Index.Cursor"));
        assert!(!is_module_path("Index."));
        assert!(!is_module_path(""));
        assert!(is_type_path("person"));
        assert!(is_type_path("Domain.person"));
        assert!(!is_type_path("Domain.Person"));
        assert!(is_tag("lower") && is_tag("Upper") && !is_tag("type") && !is_tag("a-b"));
    }

    #[test]
    fn units() {
        assert_eq!(unit("my-crate"), ok("my_crate"));
        assert!(unit("_hidden").is_err());
        assert_eq!(module_of_unit("my_crate"), "My_crate");
    }
}
