//! Rust names for OCaml names.

use bactrian_schema::names;

/// Words of Rust's that can be written `r#word`.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Words that cannot.
const NEVER: [&str; 5] = ["Self", "_", "crate", "self", "super"];

/// What the generated code uses, so that no type of its own can be called so.
const TAKEN: [&str; 35] = [
    "BoxRoot",
    "Box",
    "DefaultOCamlMapping",
    "DescribeOCaml",
    "Either",
    "Err",
    "Exception",
    "FromOCaml",
    "None",
    "OCamlAny",
    "OCamlArray",
    "OCamlBytes",
    "OCamlChar",
    "OCamlException",
    "OCamlExn",
    "OCamlFloat",
    "OCamlFloatArray",
    "OCamlFn",
    "OCamlHashtbl",
    "OCamlInt",
    "OCamlInt32",
    "OCamlInt64",
    "OCamlLazy",
    "OCamlList",
    "OCamlNativeInt",
    "OCamlReference",
    "OCamlSeq",
    "Ok",
    "Option",
    "PhantomData",
    "Result",
    "Self",
    "String",
    "ToOCaml",
    "Vec",
];

/// The name of a function, parameter, field or module.
pub fn lower(ocaml: &str) -> String {
    let name = ocaml.replace('\'', "_prime");
    if NEVER.contains(&name.as_str()) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// The name of a module: `Deep_down` is `deep_down`, and `DeepDown` too.
pub fn module(ocaml: &str) -> String {
    let mut name = String::new();
    let mut small = false;
    for c in ocaml.chars() {
        if c.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(c.to_ascii_lowercase());
    }
    lower(&name)
}

/// `hang_up` and `Hang_up` are `HangUp`.
pub fn camel(ocaml: &str) -> String {
    let ocaml = ocaml.replace('\'', "_prime");
    let mut name = String::new();
    for part in ocaml.split('_').filter(|part| !part.is_empty()) {
        // `Foo_2` and `Foo2` stay apart.
        if part.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() {
            name.push('_');
        }
        let mut chars = part.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    if name == "Self" {
        name.push('_');
    }
    name
}

/// The name of a type, which is that of its module when OCaml calls it `t`.
pub fn ty(ocaml: &str, module: &str) -> String {
    let last = camel(module.rsplit('.').next().unwrap_or_default());
    let name = if ocaml == "t" { last.clone() } else { camel(ocaml) };
    // `S` is a type parameter's.
    if TAKEN.contains(&name.as_str()) || name.len() < 2 { format!("{last}{name}") } else { name }
}

/// The name of a type of another module: `Unix.file_descr` is `UnixFileDescr`, `Buffer.t` is `Buffer`.
pub fn foreign(path: &str) -> String {
    let path = path.strip_prefix("Stdlib.").unwrap_or(path);
    let path = path.strip_suffix(".t").unwrap_or(path);
    let name: String = path.split('.').map(camel).collect();
    if TAKEN.contains(&name.as_str()) || name.len() < 2 { format!("{name}Type") } else { name }
}

/// Whether OCaml reads it as a name: operators are none.
pub fn is_plain(ocaml: &str) -> bool {
    names::is_tag(ocaml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_names() {
        assert_eq!(lower("type"), "r#type");
        assert_eq!(lower("self"), "self_");
        assert_eq!(lower("x'"), "x_prime");
        assert_eq!(module("DeepDown"), "deep_down");
        assert_eq!(module("Deep_down"), "deep_down");
        assert_eq!(module("XML"), "xml");
        assert_eq!(module("Mod"), "r#mod");
        assert_eq!(camel("hang_up_2"), "HangUp_2");
        assert_eq!(camel("Hang_up"), "HangUp");
        assert_eq!(camel("self"), "Self_");
        assert_eq!(ty("t", "Maths.Deep"), "Deep");
        assert_eq!(ty("result", "Maths"), "MathsResult");
        assert_eq!(foreign("Stdlib.Buffer.t"), "Buffer");
        assert_eq!(foreign("Unix.file_descr"), "UnixFileDescr");
        assert_eq!(foreign("Either.t"), "EitherType");
    }
}
