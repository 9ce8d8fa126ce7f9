//! Libraries of all kinds, good and bad, made up here.

use bactrian_cli::bindings::{Options, generate};
use bactrian_cli::library::Library;
use bactrian_schema::describe::{
    Argument, Entry, Function, Import, Item, Label, Origin, Passing, Shape, Type, TypeDefinition,
};
use bactrian_schema::{ELF_SECTION, MACH_O_SECTION};
use object::write::Object;
use object::{Architecture, BinaryFormat, Endianness, SectionKind};
use std::time::{Duration, Instant};

const INT: &Type = &Type::named("int");

const fn item(name: &'static str, module: &'static str, line: u32) -> Item {
    let origin = Origin { module: "engine::part", name, file: "src/part.rs", line, column: 8 };
    Item { origin, doc: "", module, rename: None }
}

const fn function(item: Item, symbol: &'static str) -> Function {
    Function {
        item,
        symbol,
        bytecode: None,
        arguments: &[Argument { name: "n", label: Label::None, ty: INT, passing: Passing::Word }],
        result: INT,
        result_passing: Passing::Word,
        noalloc: false,
        raises: false,
    }
}

/// The type `Known`.
const fn known(item: Item, shape: Shape) -> TypeDefinition {
    let ty = &Type::Rust { path: "engine::part::Known", arguments: &[] };
    TypeDefinition { item, ty, ocaml: None, unboxed: false, shape }
}

/// The bytes of entries, one after the other.
macro_rules! section {
    ($($entry:expr),* $(,)?) => {{
        let mut section: Vec<u8> = Vec::new();
        $({
            const ENTRY: Entry = $entry;
            const BYTES: [u8; ENTRY.size()] = ENTRY.bytes();
            section.extend(BYTES);
        })*
        section
    }};
}

/// An object file with such a section.
fn object(format: BinaryFormat, section: &[u8]) -> Vec<u8> {
    let mut object = Object::new(format, Architecture::X86_64, Endianness::Little);
    let (segment, name) = match format {
        BinaryFormat::MachO => MACH_O_SECTION,
        _ => ("", ELF_SECTION),
    };
    let id = object.add_section(segment.into(), name.into(), SectionKind::ReadOnlyData);
    object.append_section_data(id, section, 1);
    object.write().expect("a small object can be written")
}

fn elf(section: &[u8]) -> Vec<u8> {
    object(BinaryFormat::Elf, section)
}

/// A static library.
fn archive(members: &[&[u8]]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (index, member) in members.iter().enumerate() {
        let name = format!("m{index}.o/");
        archive.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, member.len()).bytes(),
        );
        archive.extend(*member);
        if member.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

fn parse_error(bytes: &[u8]) -> String {
    match Library::parse(bytes) {
        Ok(library) => panic!("was read: {:?}", library.entries),
        Err(error) => error.to_string(),
    }
}

fn generated(bytes: &[u8]) -> Result<Vec<String>, String> {
    let library = Library::parse(bytes).map_err(|error| error.to_string())?;
    let files = generate(&library.entries, &Options::default()).map_err(|e| e.to_string())?;
    Ok(files.into_iter().map(|file| file.text).collect())
}

fn generation_error(section: &[u8]) -> String {
    match generated(&elf(section)) {
        Ok(files) => panic!("was generated: {files:?}"),
        Err(error) => error,
    }
}

fn good() -> Vec<u8> {
    section![Entry::Function(function(item("double", "", 3), "engine_double"))]
}

#[test]
fn objects_and_archives_of_both_formats() {
    let elf = elf(&good());
    let mach_o = object(BinaryFormat::MachO, &good());
    let expected = generated(&elf).expect("an ELF object");
    assert!(expected[0].contains("external double : int -> int = \"engine_double\""));
    for library in [&*mach_o, &archive(&[b"not an object", &elf]), &archive(&[&mach_o])] {
        assert_eq!(generated(library).as_ref(), Ok(&expected));
    }
}

#[test]
fn what_is_linked_twice_is_said_once() {
    let (once, twice) = (elf(&good()), elf(&[good(), good()].concat()));
    assert_eq!(generated(&archive(&[&once, &once])), generated(&once));
    assert_eq!(generated(&twice), generated(&once));
}

#[test]
fn zeros_between_entries_are_the_linkers() {
    let padded = [vec![0; 12], good(), vec![0; 5]].concat();
    assert_eq!(generated(&elf(&padded)), generated(&elf(&good())));
}

#[test]
fn foreign_files() {
    let foreign = "this is no library that Bactrian can read: it reads static and shared libraries, object files and \
                   executables in the formats ELF and Mach-O";
    for bytes in [&b""[..], b"text", b"MZ\x90\0 and so on", &[0x7f; 100]] {
        assert_eq!(parse_error(bytes), foreign);
    }
    let nothing = "this library says nothing about its functions: it was not made with Bactrian, or its section \
                   `bactrian_schema` was stripped";
    let mut empty = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let id = empty.add_section(Vec::new(), b".text".into(), SectionKind::Text);
    empty.append_section_data(id, b"\xc3", 1);
    let empty = empty.write().expect("a small object can be written");
    assert_eq!(parse_error(&empty), nothing);
    assert_eq!(parse_error(&archive(&[&empty])), nothing);
    assert_eq!(
        parse_error(&archive(&[b"BC\xc0\xde bitcode"])),
        "this library holds LLVM bitcode instead of objects: build it without -C linker-plugin-lto"
    );
    let mut thin = archive(&[b""]);
    thin[2..6].copy_from_slice(b"thin");
    assert_eq!(
        parse_error(&thin),
        "this is a thin archive, which only names its members: make one that holds them"
    );
}

#[test]
fn damaged_libraries() {
    assert_eq!(
        parse_error(&elf(b"something else")),
        "the schema section holds something at byte 0 that Bactrian did not write"
    );
    let cut = &good()[..60];
    assert_eq!(parse_error(&elf(cut)), "the schema section ends within the entry at byte 0");
    let mut changed = [good(), section![Entry::Function(function(item("f", "", 4), "f"))]].concat();
    let (last, second) = (changed.len() - 1, good().len());
    changed[last] ^= 1;
    assert_eq!(
        parse_error(&elf(&changed)),
        format!(
            "the entry at byte {second} of the schema section is damaged: its checksum is another"
        )
    );
    let mut file = elf(&good());
    file.truncate(file.len() / 2);
    assert!(parse_error(&file).starts_with("this library is damaged: "));
    let whole = archive(&[&elf(&good())]);
    assert!(parse_error(&whole[..whole.len() / 2]).starts_with("this library is damaged: "));
}

#[test]
fn no_damage_is_a_wrong_file() {
    let (file, expected) = (elf(&good()), generated(&elf(&good())));
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 0x10;
        let result = generated(&changed);
        assert!(result.is_err() || result == expected, "byte {at}: {result:?}");
    }
}

#[test]
fn a_later_version() {
    let mut future = good();
    future[8] = 7;
    assert_eq!(
        parse_error(&elf(&future)),
        "the library has a schema of version 7, and this program reads versions up to 1: use the `bactrian` that belongs \
         to the library's version of the crate"
    );
}

#[test]
fn one_symbol_for_two_functions() {
    assert_eq!(
        generation_error(&section![
            Entry::Function(function(item("one", "", 3), "same")),
            Entry::Function(function(item("other", "", 9), "same")),
        ]),
        "the symbol `same` is there twice: engine::part::one (src/part.rs:3:8) and engine::part::other (src/part.rs:9:8)"
    );
}

#[test]
fn one_name_for_two_things() {
    assert_eq!(
        generation_error(&section![
            Entry::Function(function(item("match", "", 3), "a")),
            Entry::Function(function(item("match_", "", 9), "b")),
        ]),
        "the function `match_` is there twice: engine::part::match (src/part.rs:3:8) and engine::part::match_ \
         (src/part.rs:9:8)"
    );
    assert_eq!(
        generation_error(&section![
            Entry::Function(function(item("f", "Index.Cursor", 3), "a")),
            Entry::Function(function(item("f", "Index.Cursor", 9), "b")),
        ]),
        "the function `Index.Cursor.f` is there twice: engine::part::f (src/part.rs:3:8) and engine::part::f \
         (src/part.rs:9:8)"
    );
}

#[test]
fn names_that_ocaml_cannot_read() {
    assert_eq!(
        generation_error(&section![Entry::Function(function(item("größe", "", 3), "a"))]),
        "engine::part::größe (src/part.rs:3:8): `größe` cannot be a name in OCaml: give it one with `rename = \"…\"`"
    );
}

#[test]
fn a_module_that_hides_the_one_that_is_meant() {
    const TWICE: Import = Import {
        item: item("twice", "", 5),
        registered: "Maths.twice",
        constant: false,
        arguments: &[],
        result: INT,
    };
    assert_eq!(
        generation_error(&section![
            Entry::Function(function(item("f", "Maths", 3), "a")),
            Entry::Import(TWICE),
        ]),
        "engine::part::twice (src/part.rs:5:8): the module `Maths` of the bindings hides the OCaml module of that name, which \
         `Maths.twice` is in: rename it, by `module = \"…\"`"
    );
}

#[test]
fn two_crates_that_are_one_module() {
    const OTHER: Item = Item {
        origin: Origin { module: "Engine::part", ..item("g", "", 9).origin },
        ..item("g", "", 9)
    };
    assert_eq!(
        generation_error(&section![
            Entry::Function(function(item("f", "", 3), "f")),
            Entry::Function(function(OTHER, "g")),
        ]),
        "two files would be called engine.ml"
    );
}

#[test]
fn types_that_nobody_described() {
    const OF_UNKNOWN: Function = Function {
        result: &Type::Unknown { rust: "Vec<Token>" },
        ..function(item("f", "", 3), "f")
    };
    assert_eq!(
        generation_error(&section![Entry::Function(OF_UNKNOWN)]),
        "engine::part::f (src/part.rs:3:8): the OCaml type of `Vec<Token>` is not described: for a marker of yours, write \
         #[derive(DescribeOCaml)] #[ocaml(type = \"Module.name\")]; or leave the function out of the bindings with `unlisted`"
    );
    const OF_MISSING: Function = Function {
        result: &Type::Rust { path: "other::Thing", arguments: &[] },
        ..function(item("f", "", 3), "f")
    };
    assert!(
        generation_error(&section![Entry::Function(OF_MISSING)])
            .contains("the Rust type `other::Thing` is used here, and the library does not say what it is to OCaml")
    );
}

#[test]
fn a_type_that_is_nothing_but_itself() {
    assert_eq!(
        generation_error(&section![Entry::Type(known(
            item("Known", "", 3),
            Shape::Alias(&Type::Rust { path: "engine::part::Known", arguments: &[] }),
        ))]),
        "engine::part::Known (src/part.rs:3:8): `Known` is what its field is, and so would contain itself without end: give \
         the field a name, which makes it a record"
    );
}

#[test]
fn nothing_exported() {
    const LIBRARY: Entry = Entry::Library { name: "bactrian-runtime", version: "0.1.0" };
    assert_eq!(
        generation_error(&section![LIBRARY]),
        "the library exports nothing: no function has #[bactrian::export], and no type a derive"
    );
}

/// FNV-1a, as the entries have it.
fn checksum(entry: &[u8]) -> u32 {
    let summed = entry[8..16].iter().chain(&entry[20..]);
    summed.fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[test]
fn a_thousand_functions_in_less_than_a_second() {
    let template = section![Entry::Function(function(item("f0000", "", 3), "f0000"))];
    let mut section = Vec::new();
    for number in 0..1000 {
        let mut entry = template.clone();
        let name = format!("f{number:04}");
        for at in 0..entry.len() - 5 {
            if &entry[at..at + 5] == b"f0000" {
                entry[at..at + 5].copy_from_slice(name.as_bytes());
            }
        }
        let sum = checksum(&entry).to_le_bytes();
        entry[16..20].copy_from_slice(&sum);
        section.extend(entry);
    }
    let library = archive(&[&elf(&section)]);
    // The best of some times: the machine may have other things to do.
    let timed = || {
        let start = Instant::now();
        let files = generated(&library).expect("a thousand functions");
        (start.elapsed(), files)
    };
    let (took, files) = (0..5).map(|_| timed()).min_by_key(|(took, _)| *took).expect("five times");
    println!("bindings of a thousand functions: {took:?}");
    assert!(files[0].contains("external f0999 : int -> int = \"f0999\""));
    assert_eq!(files[0].matches("external ").count(), 1000);
    assert!(took < Duration::from_secs(1), "took {took:?}");
}
