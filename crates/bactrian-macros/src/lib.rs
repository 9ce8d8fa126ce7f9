//! The attribute, derive and import macros of Bactrian.
//!
//! Users get them from the crate `bactrian`, where they are documented with what they expand to.

use proc_macro::TokenStream;

/// Makes a Rust function callable from OCaml, under its own name.
///
/// ```ignore
/// #[bactrian::export]
/// fn greet(name: &str, n: i64) -> String {
///     format!("{name}! ").repeat(n as usize)
/// }
/// ```
/// ```ocaml
/// external greet : string -> int -> string = "greet"
/// ```
///
/// Options: `name = "symbol"`, `bytecode = "symbol"` (default `<name>_byte`; needed over five arguments and with
/// unboxed ones), `returns = "OCamlType"`, `unboxed`, `noalloc`, `raise` (an `Err` is raised), `lwt` (an `async fn`
/// that returns an `Lwt.t`; without it a `Bactrian.Future.t`), `parallel` (an `async fn` that runs on tokio's threads),
/// `module = "Module"` and `rename = "name"` (where generated bindings have it). A parameter takes `#[ocaml(as_ = "OCamlType")]`, `#[ocaml(unboxed)]` or
/// `#[ocaml(untagged)]`.
///
/// A function that returns `impl Stream<Item = T>`, so written, is a `Bactrian.Stream.t` in OCaml, with `lwt` an `Lwt_stream.t`; `raise` is
/// for items that are a `Result`.
///
/// The first parameter may be `&mut OCamlRuntime`, `&OCamlRuntime` or `&Region`. A panic is the exception
/// `Bactrian.Rust_panic`; an argument that does not convert is `Invalid_argument`.
#[proc_macro_attribute]
pub fn export(attribute: TokenStream, item: TokenStream) -> TokenStream {
    bactrian_macros_backend::export(attribute.into(), item.into()).into()
}

/// Declares OCaml functions that OCaml registered with `Callback.register`, as Rust functions.
///
/// ```ignore
/// bactrian::ocaml! {
///     fn twice(n: OCamlInt) -> OCamlInt;
///     fn parse(text: String) -> Result<OCamlInt, OCamlException> = "Parser.parse";
/// }
/// ```
///
/// Each takes `&mut OCamlRuntime` and references to roots, and returns a `BoxRoot`. An exception is the `Err`
/// where the result is declared as `Result<T, OCamlException>`; otherwise it unwinds as a panic that the nearest exported function
/// raises again as the same exception.
#[proc_macro]
pub fn ocaml(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::ocaml(input.into()).into()
}

/// Converts a struct or enum to OCaml: a record, tuple or variant of the same shape.
///
/// | Rust | OCaml |
/// |---|---|
/// | `struct` with named fields | a record with the fields in the same order; flat when all are `f64` or `f32` |
/// | `struct` with several unnamed fields | a tuple |
/// | `struct` with one unnamed field | what that field is: `type metres = float`, or `[@@unboxed]` |
/// | `struct` without fields | `unit` |
/// | `enum` | a variant with the constructors in the same order; one with named fields has an inline record |
/// | `enum` with `#[ocaml(polymorphic_variant)]` | a polymorphic variant; several fields are one tuple |
///
/// On the type:
///
/// - `as_ = "Marker"`: gives it a marker of its own, a type of the same crate.
/// - `unboxed`: OCaml's type has `[@@unboxed]`: one constructor or record with one field.
/// - `float_record`: the record is flat, though the fields' types have names of their own (structs with one unnamed `f64`);
///   `float_record = false`: it is not, since a field's type is abstract in OCaml.
///
/// On a field, `as_ = "OCamlType"`: its OCaml type, where that is not the default. On a constructor of a polymorphic variant,
/// `tag = "name"`: its name in OCaml, where that differs.
///
/// Types may be recursive, through `Box` or `Vec`, and have parameters. Extensible variants and GADTs are refused:
/// pass them on as `OCamlAny`, or as a type of your own.
#[proc_macro_derive(ToOCaml, attributes(ocaml))]
pub fn derive_to_ocaml(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_to_ocaml(input.into()).into()
}

/// Makes a struct or enum from OCaml; the counterpart of `ToOCaml`, with the same attributes.
///
/// A type that derives only this one adds `#[ocaml(from_only)]`.
#[proc_macro_derive(FromOCaml, attributes(ocaml))]
pub fn derive_from_ocaml(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_from_ocaml(input.into()).into()
}

/// Says which OCaml type a marker written by hand stands for: `#[ocaml(type = "Domain.person")]` for a type that OCaml
/// defines, or `#[ocaml(rename = "person")]` for an abstract one that generated bindings define.
///
/// ```ignore
/// /// What OCaml calls `Calendar.date`.
/// #[derive(DescribeOCaml)]
/// #[ocaml(type = "Calendar.date")]
/// pub struct OCamlDate;
/// ```
#[proc_macro_derive(DescribeOCaml, attributes(ocaml))]
pub fn derive_describe(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_describe(input.into()).into()
}

/// Makes an error raisable: `#[ocaml(exception = "Name")]` on the struct, or on each constructor of the enum, names the
/// exception that OCaml registers with `Callback.register_exception "Name"`. The fields are its arguments.
#[proc_macro_derive(OCamlException, attributes(ocaml))]
pub fn derive_exception(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_exception(input.into()).into()
}

/// Leaves a struct or enum in Rust, as a value that OCaml owns under an abstract type: the trait `Custom`.
///
/// Exported functions return it by value, and take it as `&T` or `&mut T`; the borrow is checked when the function is called.
///
/// `#[ocaml(…)]` on the type asks for operations: `compare` (by `PartialOrd`), `hash` (by `Hash`), `show` (by `Debug`), each also
/// as `compare = "path"` of a function of one's own; `marshal = "name"` (by `bactrian::Marshal`), `heap_size = "path"` (the
/// bytes that a new value holds on the heap), and `name = "…"`, the type's name in messages.
#[proc_macro_derive(Custom, attributes(ocaml))]
pub fn derive_custom(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_custom(input.into()).into()
}

/// Access to the fields of OCaml values without converting them, by the attributes of `ToOCaml`.
///
/// For a struct `Person`, a trait `PersonView` that values (`OCaml<Person>`) and roots (`OCamlRef<Person>`, `BoxRoot<Person>`)
/// have: a method for each field, which takes `&OCamlRuntime` and returns the unrooted field, or an `f64` where the record is flat.
/// A field with `#[ocaml(mutable)]` also has `set_…`. (A field named like a method of `OCaml` or `OCamlCell` is
/// called as `PersonView::root(&person, rt)`.)
///
/// For an enum `Shape`, an enum `ShapeView` of the same constructors with unrooted fields, made by `ShapeView::of(value)`.
///
/// ```ignore
/// #[derive(FromOCaml, OCamlView)]
/// #[ocaml(from_only)]
/// struct Person {
///     name: String,
///     #[ocaml(mutable)]
///     age: u8,
/// }
///
/// #[bactrian::export]
/// fn birthday(rt: &mut OCamlRuntime, person: OCamlRef<Person>) -> bool {
///     let age = person.age(rt).to_i64();
///     person.set_age(rt, OCaml::of_i32(age as i32 + 1));
///     person.name(rt).as_bytes() == b"Methuselah"
/// }
/// ```
#[proc_macro_derive(OCamlView, attributes(ocaml))]
pub fn derive_view(input: TokenStream) -> TokenStream {
    bactrian_macros_backend::derive_view(input.into()).into()
}

/// A test of a program that Rust starts: a `#[test]` whose function takes the runtime.
///
/// ```ignore
/// #[bactrian::ocaml_test]
/// fn doubles(rt: &mut OCamlRuntime) {
///     let ten = 10i64.to_boxroot(rt);
///     assert_eq!(twice(rt, &ten).to_rust::<i64>(rt), 20);
/// }
/// ```
///
/// The first test of a process starts the OCaml runtime, which then runs until the process ends; each takes the domain's lock.
/// So it works where a runner gives each test a process of its own (nextest), and where the tests are threads of one
/// (`cargo test`), which then run one at a time and share OCaml's global state; those threads need `threads.posix` among the
/// OCaml libraries. OCaml's `at_exit` functions do not run: flush what OCaml prints (`%!`).
///
/// It is not called `test`, so that `use bactrian::*` leaves `#[test]` what it is.
///
/// `#[should_panic]`, `#[ignore]` and a result (`-> Result<(), E>`) work as for any test.
#[proc_macro_attribute]
pub fn ocaml_test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    bactrian_macros_backend::ocaml_test(attribute.into(), item.into()).into()
}
