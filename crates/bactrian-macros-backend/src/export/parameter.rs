//! What each parameter of an exported function is to its shim.

use super::options::Options;
use crate::types::{is_named, type_arguments, without_lifetimes};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ItemFn, LitStr, Pat, Receiver, Type, TypeReference};

/// The runtime that the function asks for as its first parameter.
#[derive(Clone, Copy, PartialEq)]
pub enum Context {
    /// None.
    None,
    /// `&OCamlRuntime`: it reads, and cannot allocate.
    Shared,
    /// `&mut OCamlRuntime`
    Exclusive,
    /// `&Region<'r>` or `&mut Region<'r>`
    Region { mutable: bool },
}

/// A parameter that OCaml passes.
pub struct Parameter {
    /// Its name in messages.
    pub name: String,
    pub kind: Kind,
    /// Where it is written.
    pub ty: Type,
    /// Where its name is written.
    pub span: proc_macro2::Span,
    /// How it is called in OCaml.
    pub schema: crate::schema::ParameterOptions,
}

/// How the word becomes the argument.
#[allow(clippy::large_enum_variant, reason = "a few live at a time, in a macro")]
pub enum Kind {
    /// Converted to an owned value, from the default OCaml type or from the one named.
    Owned { ty: Type, as_: Option<Type> },
    /// As it is in the register.
    Unboxed(Type),
    /// `OCamlRef<T>`: rooted.
    Root(Type),
    /// `OCaml<T>`: the word.
    Value(Type),
    /// `OCaml<T>` beside a handle that may allocate: the word, lent until the handle is used. See [`super::lend`].
    Lent(Type),
    /// `&str`
    Str,
    /// `&[u8]`
    Bytes,
    /// `&[f64]`
    Floats,
    /// `&T` or `&mut T` of a type that OCaml owns: borrowed for the call.
    Borrowed { ty: Type, mutable: bool },
    /// `self`: moved out of the OCaml value, which is closed.
    Taken(Type),
}

impl Kind {
    /// Whether the argument points into the OCaml heap, and so is stale after a collection.
    fn borrows_heap(&self) -> bool {
        matches!(self, Kind::Value(_) | Kind::Str | Kind::Bytes | Kind::Floats)
    }
}

/// Whether the type can go through a register under `unboxed`.
pub fn is_unboxable(ty: &Type) -> bool {
    ["f64", "i64", "i32", "isize"].iter().any(|name| is_named(ty, name))
}

/// Reads the parameters, and takes our attributes off them. `owner` is the type whose method it is.
pub fn parse(
    function: &mut ItemFn,
    options: &Options,
    owner: Option<&Type>,
) -> Result<(Context, Vec<Parameter>), Error> {
    let mut context = Context::None;
    let mut parameters = Vec::new();
    let mut first = 0;
    for (index, argument) in function.sig.inputs.iter_mut().enumerate() {
        let argument = match argument {
            FnArg::Typed(argument) => argument,
            FnArg::Receiver(receiver) => {
                first = 1;
                parameters.push(receiver_of(receiver, owner)?);
                continue;
            }
        };
        if let Some(found) = context_of(&argument.ty) {
            if index != first {
                return Err(Error::new(
                    argument.ty.span(),
                    "the runtime or region must be the first parameter",
                ));
            }
            context = found;
            continue;
        }
        let mut attributes = Attributes::take(&mut argument.attrs)?;
        let schema = std::mem::take(&mut attributes.schema);
        let name = match &*argument.pat {
            Pat::Ident(pattern) => pattern.ident.to_string(),
            _ => format!("{index}"),
        };
        let kind = kind_of(&argument.ty, attributes, options)?;
        let span = argument.pat.span();
        parameters.push(Parameter { name, kind, ty: (*argument.ty).clone(), span, schema });
    }
    check(context, &parameters, options)?;
    Ok((context, parameters))
}

/// `self`, as a parameter of that type.
fn receiver_of(receiver: &Receiver, owner: Option<&Type>) -> Result<Parameter, Error> {
    let Some(owner) = owner else {
        return Err(Error::new(
            receiver.span(),
            "a method cannot be exported by itself: write `#[export]` over its `impl`, which exports all its `pub fn`",
        ));
    };
    if receiver.colon_token.is_some() {
        return Err(Error::new(
            receiver.span(),
            "an exported method takes `&self`, `&mut self` or `self`",
        ));
    }
    let ty = owner.clone();
    let kind = match &receiver.reference {
        Some(_) => Kind::Borrowed { ty, mutable: receiver.mutability.is_some() },
        None => Kind::Taken(ty),
    };
    Ok(Parameter {
        name: "self".to_owned(),
        kind,
        ty: owner.clone(),
        span: receiver.span(),
        schema: crate::schema::ParameterOptions::default(),
    })
}

fn context_of(ty: &Type) -> Option<Context> {
    let Type::Reference(TypeReference { mutability, elem, .. }) = ty else { return None };
    let mutable = mutability.is_some();
    if is_named(elem, "OCamlRuntime") {
        return Some(if mutable { Context::Exclusive } else { Context::Shared });
    }
    is_named(elem, "Region").then_some(Context::Region { mutable })
}

fn kind_of(ty: &Type, attributes: Attributes, options: &Options) -> Result<Kind, Error> {
    if attributes.unboxed || (options.unboxed && attributes.as_.is_none() && is_unboxable(ty)) {
        return Ok(Kind::Unboxed(ty.clone()));
    }
    if let Some(as_) = attributes.as_ {
        return Ok(Kind::Owned { ty: without_lifetimes(ty), as_: Some(as_) });
    }
    if is_named(ty, "OCamlRef") {
        return Ok(Kind::Root(marker(ty)?));
    }
    if is_named(ty, "OCaml") {
        return Ok(Kind::Value(marker(ty)?));
    }
    let Type::Reference(reference) = ty else {
        return Ok(Kind::Owned { ty: without_lifetimes(ty), as_: None });
    };
    let mutable = reference.mutability.is_some();
    if mutable && (!matches!(&*reference.elem, Type::Path(_)) || is_named(&reference.elem, "str")) {
        return Err(Error::new(
            ty.span(),
            "an exported function cannot borrow an OCaml value mutably: OCaml may hold it too",
        ));
    }
    if is_named(&reference.elem, "OCamlCell") {
        return Ok(Kind::Root(marker(&reference.elem)?));
    }
    if is_named(&reference.elem, "str") {
        return Ok(Kind::Str);
    }
    match &*reference.elem {
        Type::Slice(slice) if is_named(&slice.elem, "u8") => Ok(Kind::Bytes),
        Type::Slice(slice) if is_named(&slice.elem, "f64") => Ok(Kind::Floats),
        Type::Path(_) => Ok(Kind::Borrowed { ty: without_lifetimes(&reference.elem), mutable }),
        _ => Err(Error::new(
            ty.span(),
            "an exported function can borrow `&str`, `&[u8]` (a string), `&[f64]` (a float array), `OCamlRef<T>`, and \
             `&T` or `&mut T` of a type that derives `Custom`; take anything else by value",
        )),
    }
}

/// The `T` of `OCaml<'gc, T>` or `OCamlRef<'a, T>`.
fn marker(ty: &Type) -> Result<Type, Error> {
    match type_arguments(ty).as_slice() {
        [marker] => Ok(without_lifetimes(marker)),
        _ => Err(Error::new(
            ty.span(),
            "write the OCaml type between the brackets, such as OCaml<OCamlInt>",
        )),
    }
}

/// What cannot be sound, or cannot work.
fn check(context: Context, parameters: &[Parameter], options: &Options) -> Result<(), Error> {
    if options.noalloc.is_some() && matches!(context, Context::Exclusive | Context::Region { .. }) {
        let noalloc =
            options.noalloc.as_ref().map_or_else(proc_macro2::Span::call_site, syn::Ident::span);
        return Err(Error::new(
            noalloc,
            "a noalloc function cannot allocate: take `&OCamlRuntime`, or no runtime at all",
        ));
    }
    // What outlives the call that starts it.
    let outlives = if options.stream.is_some() { "a stream" } else { "an async function" };
    for parameter in parameters {
        if options.is_async() {
            if let Kind::Borrowed { .. } = parameter.kind {
                return Err(Error::new(
                    parameter.ty.span(),
                    format!(
                        "{outlives} owns its arguments, since OCaml goes on while it waits: take a handle, `DynBox<T>`, and \
                         borrow from it between the waits"
                    ),
                ));
            }
            if parameter.kind.borrows_heap() || matches!(parameter.kind, Kind::Root(_)) {
                return Err(Error::new(
                    parameter.ty.span(),
                    format!(
                        "{outlives} owns its arguments, since OCaml goes on while it waits: take `String`, `Vec<…>` or \
                         `BoxRoot<T>`"
                    ),
                ));
            }
        } else if parameter.kind.borrows_heap()
            && match context {
                // An `OCaml<T>` is lent, and the compiler ends it when the handle is used.
                Context::Exclusive => !matches!(parameter.kind, Kind::Value(_)),
                Context::Region { .. } => true,
                Context::None | Context::Shared => false,
            }
        {
            return Err(Error::new(
                parameter.ty.span(),
                "this argument lies unrooted in the OCaml heap, and the function can allocate, which may move it: take \
                 `OCamlRef<T>`, `BoxRoot<T>` or an owned value, or do without the mutable runtime",
            ));
        }
        if options.noalloc.is_some() && matches!(parameter.kind, Kind::Owned { as_: Some(_), .. }) {
            return Err(Error::new(
                parameter.ty.span(),
                "a noalloc function takes words as they are, so `as_` has no meaning: for an `int64`, `int32` or `float` \
                 write `#[ocaml(unboxed)]`",
            ));
        }
        if options.noalloc.is_some()
            && matches!(parameter.kind, Kind::Borrowed { .. } | Kind::Taken(_))
        {
            return Err(Error::new(
                parameter.ty.span(),
                "a noalloc function cannot raise, as it must when an owned value has another type or is borrowed already: \
                 export it without `noalloc`",
            ));
        }
        if options.noalloc.is_some() && matches!(parameter.kind, Kind::Root(_) | Kind::Str) {
            return Err(Error::new(
                parameter.ty.span(),
                "a noalloc function can neither root an argument nor raise when it is not UTF-8: take `OCaml<T>` or \
                 `&[u8]`",
            ));
        }
    }
    if options.is_async() && context != Context::None {
        return Err(Error::new(
            proc_macro2::Span::call_site(),
            format!(
                "{outlives} cannot hold the runtime while it waits; inside, `bactrian::task::with_runtime` lends it"
            ),
        ));
    }
    Ok(())
}

/// `#[ocaml(…)]` on a parameter.
#[derive(Default)]
struct Attributes {
    as_: Option<Type>,
    unboxed: bool,
    schema: crate::schema::ParameterOptions,
}

impl Attributes {
    fn take(attributes: &mut Vec<syn::Attribute>) -> Result<Self, Error> {
        let mut found = Attributes::default();
        let mut failure = None;
        attributes.retain(|attribute| {
            if !attribute.path().is_ident("ocaml") {
                return true;
            }
            let parsed = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("as_") {
                    found.as_ = Some(meta.value()?.parse::<LitStr>()?.parse()?);
                    Ok(())
                } else if meta.path.is_ident("unboxed") || meta.path.is_ident("untagged") {
                    found.unboxed = true;
                    Ok(())
                } else if found.schema.take(&meta)? {
                    Ok(())
                } else {
                    Err(meta.error(
                        "a parameter takes `as_ = \"OCamlType\"`, `unboxed`, `untagged`, `label` or `optional`",
                    ))
                }
            });
            failure = failure.take().or(parsed.err());
            false
        });
        failure.map_or(Ok(found), Err)
    }
}
