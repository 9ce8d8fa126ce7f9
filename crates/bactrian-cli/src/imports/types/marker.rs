//! Markers: OCaml types as `ocaml!` and type arguments name them.

use super::{PARTS, Place, Types, Why, parameter};
use crate::imports::interface::{Label, Ty};
use crate::imports::names;

impl Types<'_> {
    /// The marker of a type.
    pub fn marker(&self, ty: &Ty, place: Place) -> Result<String, Why> {
        match ty {
            Ty::Variable(number) => Ok(match place.inside {
                Some(_) => format!("{}::OCamlType", parameter(*number)),
                None => self.uses("OCamlAny").to_owned(),
            }),
            Ty::Tuple(types) => {
                if types.len() > PARTS {
                    return Err(format!("a tuple of {} parts", types.len()));
                }
                let parts = types.iter().map(|ty| self.marker(ty, place));
                Ok(format!("({})", parts.collect::<Result<Vec<_>, _>>()?.join(", ")))
            }
            Ty::Arrow(..) => self.function(ty, place),
            Ty::Local(path, arguments) => match self.expand(path, arguments) {
                Some(expanded) => self.marker(&expanded, place),
                None => self.local(path, arguments, place),
            },
            Ty::Global(path, arguments) => match self.known_marker(path, arguments, place)? {
                Some(marker) => Ok(marker),
                None => self.foreign_marker(path, arguments, place),
            },
            Ty::Alias(path, arguments, expanded) => {
                match self.known_marker(path, arguments, place)? {
                    Some(marker) => Ok(marker),
                    None => self
                        .attempt(|| self.marker(expanded, place))
                        .or_else(|_| self.foreign_marker(path, arguments, place)),
                }
            }
            Ty::Tags(_) => Err("a polymorphic variant that has no name".to_owned()),
            Ty::Unsupported(what) => Err(what.clone()),
        }
    }

    /// `OCamlFn<(A, B), R>`
    pub(super) fn function(&self, ty: &Ty, place: Place) -> Result<String, Why> {
        let mut arguments = Vec::new();
        let mut rest = ty;
        while let Ty::Arrow(label, argument, result) = rest {
            if *label != Label::None {
                return Err("a function with labels, which a Rust function has not".to_owned());
            }
            arguments.push(self.argument(argument, place)?);
            rest = result;
        }
        if arguments.len() > PARTS {
            return Err(format!("a function of {} arguments", arguments.len()));
        }
        let result = self.argument(rest, place)?;
        let arguments = match arguments.as_slice() {
            [one] => format!("({one},)"),
            all => format!("({})", all.join(", ")),
        };
        Ok(format!("{}<{arguments}, {result}>", self.uses("OCamlFn")))
    }

    /// A type of this interface, as it is written in a module.
    pub(super) fn local(&self, path: &str, arguments: &[Ty], place: Place) -> Result<String, Why> {
        let there = self
            .definition(path)
            .and_then(|definition| Some((definition, definition.rust.as_ref()?)));
        let Some((definition, rust)) = there else {
            return Err(format!("the type `{path}`, which is left out"));
        };
        let mut name = String::new();
        if definition.module != place.module {
            name = "super::".repeat(place.module.len());
            name.extend(definition.module.iter().map(|module| format!("{module}::")));
        }
        name.push_str(rust);
        self.arguments(&name, arguments, place)
    }

    fn arguments(&self, name: &str, arguments: &[Ty], place: Place) -> Result<String, Why> {
        if arguments.is_empty() {
            return Ok(name.to_owned());
        }
        let arguments = arguments.iter().map(|ty| self.argument(ty, place));
        Ok(format!("{name}<{}>", arguments.collect::<Result<Vec<_>, _>>()?.join(", ")))
    }

    /// The marker of a type that Bactrian knows.
    pub(super) fn known_marker(
        &self,
        path: &str,
        arguments: &[Ty],
        place: Place,
    ) -> Result<Option<String>, Why> {
        let path = path.strip_prefix("Stdlib.").unwrap_or(path);
        let of = |name: &'static str| -> Result<Option<String>, Why> {
            let arguments = arguments.iter().map(|ty| self.marker(ty, place));
            let arguments = arguments.collect::<Result<Vec<_>, _>>()?.join(", ");
            let written = if name.contains("::") { name } else { self.uses(name) };
            Ok(Some(format!("{written}<{arguments}>")))
        };
        let plain = |name: &'static str| Ok(Some(self.uses(name).to_owned()));
        let rust = |name: &str| Ok(Some(name.to_owned()));
        match (path, arguments) {
            ("int", []) => plain("OCamlInt"),
            ("float", []) => plain("OCamlFloat"),
            ("bool", []) => rust("bool"),
            ("string", []) => rust("String"),
            ("unit", []) => rust("()"),
            ("bytes", []) => plain("OCamlBytes"),
            ("char", []) => plain("OCamlChar"),
            ("int32", []) => plain("OCamlInt32"),
            ("int64", []) => plain("OCamlInt64"),
            ("nativeint", []) => plain("OCamlNativeInt"),
            ("exn", []) => plain("OCamlExn"),
            ("Obj.t", []) => plain("OCamlAny"),
            ("array", [one]) if self.is_float(one) => plain("OCamlFloatArray"),
            ("array", [_]) => of("OCamlArray"),
            ("list", [_]) => of("OCamlList"),
            ("option", [one]) => Ok(Some(format!("Option<{}>", self.marker(one, place)?))),
            ("result", [ok, error]) => Ok(Some(format!(
                "Result<{}, {}>",
                self.marker(ok, place)?,
                self.marker(error, place)?
            ))),
            ("Either.t", [_, _]) => of("Either"),
            ("Hashtbl.t", [_, _]) => of("OCamlHashtbl"),
            ("Lazy.t", [_]) => of("OCamlLazy"),
            ("ref", [_]) => of("OCamlReference"),
            ("Seq.t", [_]) => of("OCamlSeq"),
            ("Lwt.t", [_]) => of("bactrian::task::lwt::OCamlLwt"),
            ("Bactrian.Future.t", [_]) => of("bactrian::task::future::OCamlFuture"),
            ("Bactrian.Channel.sender", [_]) => of("bactrian::task::channel::OCamlSender"),
            ("Lwt_stream.t" | "Bactrian.Stream.t", [one]) => {
                let kind = if path == "Lwt_stream.t" { "lwt::Lwt" } else { "future::Futures" };
                let one = self.marker(one, place)?;
                Ok(Some(format!(
                    "bactrian::task::stream::OCamlStreamOf<{one}, bactrian::task::{kind}>"
                )))
            }
            _ => Ok(self.bigarray(path, arguments)),
        }
    }

    fn is_float(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Global(path, _) => path == "float",
            Ty::Alias(_, _, expanded) => self.is_float(expanded),
            Ty::Local(path, arguments) => {
                self.expand(path, arguments).is_some_and(|expanded| self.is_float(&expanded))
            }
            _ => false,
        }
    }

    fn bigarray(&self, path: &str, arguments: &[Ty]) -> Option<String> {
        let array = path.strip_prefix("Bigarray.")?.strip_suffix(".t")?;
        if !["Array0", "Array1", "Array2", "Array3", "Genarray"].contains(&array) {
            return None;
        }
        let name = |ty: &Ty| match ty {
            Ty::Global(path, _) | Ty::Alias(path, _, _) => {
                Some(path.strip_prefix("Stdlib.").unwrap_or(path).to_owned())
            }
            _ => None,
        };
        let [element, kind, layout] = arguments else { return None };
        let (element, kind, layout) = (name(element)?, name(kind)?, name(layout)?);
        let item = match (kind.strip_prefix("Bigarray.")?, element.as_str()) {
            ("float16_elt", _) => "bigarray::Float16",
            ("float32_elt", _) => "f32",
            ("float64_elt", _) => "f64",
            ("int8_signed_elt", _) => "i8",
            ("int8_unsigned_elt", "char") => self.uses("OCamlChar"),
            ("int8_unsigned_elt", _) => "u8",
            ("int16_signed_elt", _) => "i16",
            ("int16_unsigned_elt", _) => "u16",
            ("int32_elt", _) => "i32",
            ("int64_elt", _) => "i64",
            ("int_elt", _) => self.uses("OCamlInt"),
            ("nativeint_elt", _) => "isize",
            ("complex32_elt", _) => "bigarray::Complex32",
            ("complex64_elt", _) => "bigarray::Complex64",
            _ => return None,
        };
        let module = self.uses("bigarray");
        match layout.as_str() {
            "Bigarray.c_layout" => Some(format!("{module}::{array}<{item}>")),
            "Bigarray.fortran_layout" => {
                Some(format!("{module}::{array}<{item}, {module}::FortranLayout>"))
            }
            _ => None,
        }
    }

    /// A marker for a type of another module, of which nothing is known.
    fn foreign_marker(&self, path: &str, arguments: &[Ty], place: Place) -> Result<String, Why> {
        let arguments_text = self.arguments("", arguments, place)?;
        let mut foreign = self.foreign.borrow_mut();
        let name = match foreign.get(path) {
            Some((name, _)) => name.clone(),
            None => {
                let mut name = names::foreign(path);
                let taken = |name: &str| {
                    foreign.values().any(|(other, _)| other == name)
                        || self.definitions.iter().any(|definition| {
                            definition.module.is_empty() && definition.rust.as_deref() == Some(name)
                        })
                };
                while taken(&name) {
                    name.push_str("Type");
                }
                foreign.insert(path.to_owned(), (name.clone(), arguments.len()));
                name
            }
        };
        Ok(format!("{}{name}{arguments_text}", "super::".repeat(place.module.len())))
    }
}
