//! What is encoded is decoded, and nothing else is.

use crate::{DecodeError, describe, model};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use proptest::prelude::*;
use std::println;

extern crate std;

/// Descriptions are constants, so what tests make up lives for ever.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_string().into_boxed_str())
}

fn maybe(maybe: &Option<String>) -> Option<&'static str> {
    maybe.as_deref().map(text)
}

fn each<T, U>(from: &[T], one: impl Fn(&T) -> U) -> &'static [U] {
    Box::leak(from.iter().map(one).collect::<Vec<_>>().into_boxed_slice())
}

fn ty(from: &model::Type) -> &'static describe::Type {
    leak(match from {
        model::Type::Variable(number) => describe::Type::Variable(*number),
        model::Type::Named { name, arguments } => {
            describe::Type::Named { name: text(name), arguments: each(arguments, ty) }
        }
        model::Type::Rust { path, arguments } => {
            describe::Type::Rust { path: text(path), arguments: each(arguments, ty) }
        }
        model::Type::Tuple(types) => describe::Type::Tuple(each(types, ty)),
        model::Type::Function { arguments, result } => {
            describe::Type::Function { arguments: each(arguments, ty), result: ty(result) }
        }
        model::Type::Unknown { rust } => describe::Type::Unknown { rust: text(rust) },
    })
}

fn item(from: &model::Item) -> describe::Item {
    let model::Origin { module, file, line, column, name } = &from.origin;
    describe::Item {
        origin: describe::Origin {
            module: text(module),
            name: text(name),
            file: text(file),
            line: *line,
            column: *column,
        },
        doc: text(&from.doc),
        module: text(&from.module),
        rename: maybe(&from.rename),
    }
}

fn field(from: &model::Field) -> describe::Field {
    describe::Field {
        name: text(&from.name),
        rename: maybe(&from.rename),
        ty: ty(&from.ty),
        mutable: from.mutable,
        doc: text(&from.doc),
    }
}

fn payload(from: &model::Payload) -> describe::Payload {
    match from {
        model::Payload::Tuple(types) => describe::Payload::Tuple(each(types, ty)),
        model::Payload::Record(fields) => describe::Payload::Record(each(fields, field)),
    }
}

fn constructor(from: &model::Constructor) -> describe::Constructor {
    describe::Constructor {
        name: text(&from.name),
        rename: maybe(&from.rename),
        payload: payload(&from.payload),
        doc: text(&from.doc),
    }
}

fn argument(from: &model::Argument) -> describe::Argument {
    describe::Argument {
        name: text(&from.name),
        label: match &from.label {
            model::Label::None => describe::Label::None,
            model::Label::Labelled(label) => describe::Label::Labelled(text(label)),
            model::Label::Optional(label) => describe::Label::Optional(text(label)),
        },
        ty: ty(&from.ty),
        passing: from.passing,
    }
}

fn entry(from: &model::Entry) -> describe::Entry {
    match from {
        model::Entry::Library { name, version } => {
            describe::Entry::Library { name: text(name), version: text(version) }
        }
        model::Entry::Function(from) => describe::Entry::Function(describe::Function {
            item: item(&from.item),
            symbol: text(&from.symbol),
            bytecode: maybe(&from.bytecode),
            arguments: each(&from.arguments, argument),
            result: ty(&from.result),
            result_passing: from.result_passing,
            noalloc: from.noalloc,
            raises: from.raises,
        }),
        model::Entry::Import(from) => describe::Entry::Import(describe::Import {
            item: item(&from.item),
            registered: text(&from.registered),
            constant: from.constant,
            arguments: each(&from.arguments, argument),
            result: ty(&from.result),
        }),
        model::Entry::Type(from) => describe::Entry::Type(describe::TypeDefinition {
            item: item(&from.item),
            ty: ty(&from.ty),
            ocaml: maybe(&from.ocaml),
            unboxed: from.unboxed,
            shape: match &from.shape {
                model::Shape::Abstract => describe::Shape::Abstract,
                model::Shape::Alias(alias) => describe::Shape::Alias(ty(alias)),
                model::Shape::Record { fields, flat } => {
                    describe::Shape::Record { fields: each(fields, field), flat: *flat }
                }
                model::Shape::Variant(constructors) => {
                    describe::Shape::Variant(each(constructors, constructor))
                }
                model::Shape::PolymorphicVariant(constructors) => {
                    describe::Shape::PolymorphicVariant(each(constructors, constructor))
                }
            },
        }),
        model::Entry::Exception(from) => {
            describe::Entry::Exception(describe::ExceptionDefinition {
                item: item(&from.item),
                registered: text(&from.registered),
                ocaml: maybe(&from.ocaml),
                payload: payload(&from.payload),
            })
        }
    }
}

/// The bytes of an entry whose size is known only now.
fn encode(from: &model::Entry) -> Vec<u8> {
    let entry = entry(from);
    // The next size that there is; the end is cut off, and the header written again.
    let padded = entry.size().next_power_of_two();
    let mut bytes = match padded {
        0..=1024 => crate::encode::unfinished::<1024>(&entry).to_vec(),
        1025..=16384 => crate::encode::unfinished::<16384>(&entry).to_vec(),
        _ => panic!("{padded} bytes are too many for the test"),
    };
    bytes.truncate(entry.size());
    finished(bytes)
}

fn any_text() -> BoxedStrategy<String> {
    prop_oneof![
        Just(String::new()),
        "[a-z_:.]{1,12}",
        any::<String>().prop_map(|text| text.chars().take(8).collect()),
        // Longer than one byte of length.
        "[ -~]{130,140}"
    ]
    .boxed()
}

fn any_maybe() -> BoxedStrategy<Option<String>> {
    proptest::option::of(any_text()).boxed()
}

fn any_type() -> BoxedStrategy<model::Type> {
    let leaf = prop_oneof![
        any::<u32>().prop_map(model::Type::Variable),
        any_text().prop_map(|name| model::Type::Named { name, arguments: vec![] }),
        any_text().prop_map(|rust| model::Type::Unknown { rust }),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        let list = || proptest::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            (any_text(), list())
                .prop_map(|(name, arguments)| model::Type::Named { name, arguments }),
            (any_text(), list())
                .prop_map(|(path, arguments)| model::Type::Rust { path, arguments }),
            list().prop_map(model::Type::Tuple),
            (list(), inner.clone()).prop_map(|(arguments, result)| model::Type::Function {
                arguments,
                result: Box::new(result)
            }),
        ]
    })
    .boxed()
}

fn any_item() -> BoxedStrategy<model::Item> {
    let origin = (any_text(), any_text(), any::<u32>(), any::<u32>(), any_text()).prop_map(
        |(module, file, line, column, name)| model::Origin { module, file, line, column, name },
    );
    (origin, any_text(), any_text(), any_maybe())
        .prop_map(|(origin, doc, module, rename)| model::Item { origin, doc, module, rename })
        .boxed()
}

fn any_passing() -> BoxedStrategy<model::Passing> {
    prop_oneof![
        Just(model::Passing::Word),
        Just(model::Passing::Unboxed),
        Just(model::Passing::Untagged)
    ]
    .boxed()
}

fn any_argument() -> BoxedStrategy<model::Argument> {
    let label = prop_oneof![
        Just(model::Label::None),
        any_text().prop_map(model::Label::Labelled),
        any_text().prop_map(model::Label::Optional)
    ];
    (any_text(), label, any_type(), any_passing())
        .prop_map(|(name, label, ty, passing)| model::Argument { name, label, ty, passing })
        .boxed()
}

fn any_fields() -> BoxedStrategy<Vec<model::Field>> {
    let field = (any_text(), any_maybe(), any_type(), any::<bool>(), any_text()).prop_map(
        |(name, rename, ty, mutable, doc)| model::Field { name, rename, ty, mutable, doc },
    );
    proptest::collection::vec(field, 0..3).boxed()
}

fn any_payload() -> BoxedStrategy<model::Payload> {
    prop_oneof![
        proptest::collection::vec(any_type(), 0..3).prop_map(model::Payload::Tuple),
        any_fields().prop_map(model::Payload::Record)
    ]
    .boxed()
}

fn any_shape() -> BoxedStrategy<model::Shape> {
    let constructors = || {
        let constructor = (any_text(), any_maybe(), any_payload(), any_text()).prop_map(
            |(name, rename, payload, doc)| model::Constructor { name, rename, payload, doc },
        );
        proptest::collection::vec(constructor, 0..3)
    };
    prop_oneof![
        Just(model::Shape::Abstract),
        any_type().prop_map(model::Shape::Alias),
        (any_fields(), any::<bool>())
            .prop_map(|(fields, flat)| model::Shape::Record { fields, flat }),
        constructors().prop_map(model::Shape::Variant),
        constructors().prop_map(model::Shape::PolymorphicVariant)
    ]
    .boxed()
}

fn any_entry() -> BoxedStrategy<model::Entry> {
    let function = (
        (any_item(), any_text(), any_maybe()),
        proptest::collection::vec(any_argument(), 0..4),
        (any_type(), any_passing(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|((item, symbol, bytecode), arguments, rest)| {
            let (result, result_passing, noalloc, raises) = rest;
            model::Entry::Function(model::Function {
                item,
                symbol,
                bytecode,
                arguments,
                result,
                result_passing,
                noalloc,
                raises,
            })
        });
    let arguments = proptest::collection::vec(any_argument(), 0..4);
    let import = (any_item(), any_text(), any::<bool>(), arguments, any_type()).prop_map(
        |(item, registered, constant, arguments, result)| {
            model::Entry::Import(model::Import { item, registered, constant, arguments, result })
        },
    );
    let definition = (any_item(), any_type(), any_maybe(), any::<bool>(), any_shape()).prop_map(
        |(item, ty, ocaml, unboxed, shape)| {
            model::Entry::Type(model::TypeDefinition { item, ty, ocaml, unboxed, shape })
        },
    );
    let exception = (any_item(), any_text(), any_maybe(), any_payload()).prop_map(
        |(item, registered, ocaml, payload)| {
            model::Entry::Exception(model::ExceptionDefinition { item, registered, ocaml, payload })
        },
    );
    let library = (any_text(), any_text())
        .prop_map(|(name, version)| model::Entry::Library { name, version });
    prop_oneof![library, function, import, definition, exception].boxed()
}

fn decoded(section: &[u8]) -> Result<Vec<model::Entry>, DecodeError> {
    crate::entries(section).map(|entry| entry?.decode()).collect()
}

proptest! {
    #[test]
    fn decodes_what_was_encoded(
        entries in proptest::collection::vec((any_entry(), 0usize..9), 0..4)
    ) {
        let mut section = Vec::new();
        for (entry, padding) in &entries {
            section.extend(encode(entry));
            section.extend(vec![0; *padding]);
        }
        let entries = entries.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>();
        prop_assert_eq!(decoded(&section), Ok(entries));
    }

    #[test]
    fn notices_a_changed_byte(entry in any_entry(), at in any::<prop::sample::Index>(), bit in 0u32..8) {
        let good = encode(&entry);
        let at = at.index(good.len());
        let mut bad = good.clone();
        bad[at] ^= 1 << bit;
        prop_assert!(decoded(&bad).is_err(), "byte {} of {:?}", at, good);
    }

    #[test]
    fn notices_a_missing_end(entry in any_entry(), at in any::<prop::sample::Index>()) {
        let section = encode(&entry);
        let at = 1 + at.index(section.len() - 1);
        prop_assert_eq!(decoded(&section[..at]), Err(DecodeError::Truncated { offset: 0 }));
    }

    #[test]
    fn survives_any_bytes(section in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decoded(&section);
        // Behind a header that is in order.
        for kind in 0..6 {
            let _ = decoded(&with_header(1, kind, &section));
        }
    }
}

/// An entry with this payload.
fn with_header(version: u16, kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut entry = vec![0; crate::HEADER];
    entry[..8].copy_from_slice(&crate::MAGIC);
    entry[8..10].copy_from_slice(&version.to_le_bytes());
    entry[10] = kind;
    entry.extend(payload);
    finished(entry)
}

/// An entry with its length and checksum set right.
fn finished(mut entry: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(entry.len() - crate::HEADER).expect("a short payload");
    entry[12..16].copy_from_slice(&length.to_le_bytes());
    let sum = crate::checksum(&entry);
    entry[crate::SUM..crate::HEADER].copy_from_slice(&sum.to_le_bytes());
    entry
}

#[test]
fn a_constant_is_encoded_by_the_compiler() {
    const ENTRY: describe::Entry = describe::Entry::Library { name: "a", version: "0.1" };
    static BYTES: [u8; ENTRY.size()] = ENTRY.bytes();
    let expected = model::Entry::Library { name: "a".to_string(), version: "0.1".to_string() };
    assert_eq!(decoded(&BYTES), Ok(vec![expected]));
}

#[test]
fn errors_say_what_is_wrong() {
    let damaged = |what| DecodeError::Damaged { offset: 0, what };
    let foreign = decoded(b"\0\0something else").unwrap_err();
    assert_eq!(foreign, DecodeError::Foreign { offset: 2 });
    let future = decoded(&with_header(2, 9, b"unknown")).unwrap_err();
    assert_eq!(future, DecodeError::Future { version: 2 });
    assert_eq!(decoded(&with_header(1, 9, b"")), Err(damaged("its kind is unknown")));
    assert_eq!(decoded(&with_header(1, 0, b"\x01a\x01b!")), Err(damaged("it has bytes left over")));
    assert_eq!(decoded(&with_header(1, 0, b"\x02\xff\xff")), Err(damaged("a text is not UTF-8")));
    assert_eq!(decoded(&with_header(1, 0, b"\x7f")), Err(damaged("a text is too long")));
    let mut broken = with_header(1, 0, b"\x01a\x01b");
    broken[16] ^= 1;
    assert_eq!(decoded(&broken), Err(damaged("its checksum is another")));
    for error in [foreign, future, damaged("its kind is unknown")] {
        println!("{error}");
        assert!(!format!("{error}").ends_with('.'));
    }
}

#[test]
fn deep_types_are_refused() {
    // An import of no name whose result is a tuple of a tuple of a tuple …
    let payload = [vec![0; 10], [3, 1].repeat(1000)].concat();
    assert_eq!(
        decoded(&with_header(1, 2, &payload)),
        Err(DecodeError::Damaged { offset: 0, what: "a type is nested too deep" }),
    );
}
