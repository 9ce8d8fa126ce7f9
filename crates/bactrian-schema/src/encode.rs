//! From descriptions to bytes, at compile time.
//!
//! Numbers and lengths are LEB128, texts and lists have their length first. The same walk is done twice: with a buffer
//! of no bytes to learn the size, and again to fill it.

use crate::describe::{
    Argument, Constructor, Entry, ExceptionDefinition, Field, Function, Import, Item, Label,
    Passing, Payload, Shape, Type, TypeDefinition,
};
use crate::{HEADER, MAGIC, MAX_DEPTH, VERSION, checksum, kind};

/// How many bytes the entry is.
pub const fn size(entry: &Entry) -> usize {
    let mut writer = Writer::<0>::new();
    writer.entry(entry);
    writer.at
}

/// The bytes of the entry.
pub const fn bytes<const N: usize>(entry: &Entry) -> [u8; N] {
    let mut writer = Writer::<N>::new();
    writer.entry(entry);
    assert!(writer.at == N, "an entry is as long as it says");
    writer.finish(entry)
}

struct Writer<const N: usize> {
    bytes: [u8; N],
    /// Goes on counting where the buffer ends.
    at: usize,
}

/// `write each element of the slice`
macro_rules! list {
    ($writer:ident, $slice:expr, $element:ident => $write:expr) => {{
        let slice = $slice;
        $writer.number(slice.len());
        let mut index = 0;
        while index < slice.len() {
            let $element = &slice[index];
            $write;
            index += 1;
        }
    }};
}

impl<const N: usize> Writer<N> {
    const fn new() -> Self {
        Writer { bytes: [0; N], at: HEADER }
    }

    /// The header, once the payload is known.
    const fn finish(mut self, entry: &Entry) -> [u8; N] {
        let kind = match entry {
            Entry::Library { .. } => kind::LIBRARY,
            Entry::Function(_) => kind::FUNCTION,
            Entry::Import(Import { constant: true, .. }) => kind::CONSTANT,
            Entry::Import(_) => kind::IMPORT,
            Entry::Type(_) => kind::TYPE,
            Entry::Exception(_) => kind::EXCEPTION,
        };
        let length = N - HEADER;
        assert!(length <= u32::MAX as usize, "an entry is less than 4 GiB");
        self.at = 0;
        self.raw(&MAGIC);
        self.raw(&VERSION.to_le_bytes());
        self.raw(&[kind, 0]);
        self.raw(&(length as u32).to_le_bytes());
        let sum = checksum(&self.bytes);
        self.raw(&sum.to_le_bytes());
        self.bytes
    }

    const fn raw(&mut self, bytes: &[u8]) {
        if self.at + bytes.len() <= N {
            let (_, rest) = self.bytes.split_at_mut(self.at);
            let (place, _) = rest.split_at_mut(bytes.len());
            place.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    const fn byte(&mut self, byte: u8) {
        if self.at < N {
            self.bytes[self.at] = byte;
        }
        self.at += 1;
    }

    const fn number(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    const fn flag(&mut self, flag: bool) {
        self.byte(flag as u8);
    }

    const fn text(&mut self, text: &str) {
        self.number(text.len());
        self.raw(text.as_bytes());
    }

    const fn maybe(&mut self, text: Option<&str>) {
        match text {
            None => self.byte(0),
            Some(text) => {
                self.byte(1);
                self.text(text);
            }
        }
    }

    const fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Library { name, version } => {
                self.text(name);
                self.text(version);
            }
            Entry::Function(function) => self.function(function),
            Entry::Import(import) => self.import(import),
            Entry::Type(definition) => self.definition(definition),
            Entry::Exception(exception) => self.exception(exception),
        }
    }

    const fn item(&mut self, item: &Item) {
        let origin = &item.origin;
        self.text(origin.module);
        self.text(origin.name);
        self.text(origin.file);
        self.number(origin.line as usize);
        self.number(origin.column as usize);
        self.text(item.doc);
        self.text(item.module);
        self.maybe(item.rename);
    }

    const fn function(&mut self, function: &Function) {
        self.item(&function.item);
        self.text(function.symbol);
        self.maybe(function.bytecode);
        list!(self, function.arguments, argument => self.argument(argument));
        self.ty(function.result, 0);
        self.passing(function.result_passing);
        self.flag(function.noalloc);
        self.flag(function.raises);
    }

    const fn argument(&mut self, argument: &Argument) {
        self.text(argument.name);
        match argument.label {
            Label::None => self.byte(0),
            Label::Labelled(label) => {
                self.byte(1);
                self.text(label);
            }
            Label::Optional(label) => {
                self.byte(2);
                self.text(label);
            }
        }
        self.ty(argument.ty, 0);
        self.passing(argument.passing);
    }

    const fn passing(&mut self, passing: Passing) {
        self.byte(match passing {
            Passing::Word => 0,
            Passing::Unboxed => 1,
            Passing::Untagged => 2,
        });
    }

    const fn import(&mut self, import: &Import) {
        self.item(&import.item);
        self.text(import.registered);
        list!(self, import.arguments, argument => self.argument(argument));
        self.ty(import.result, 0);
    }

    const fn definition(&mut self, definition: &TypeDefinition) {
        self.item(&definition.item);
        self.ty(definition.ty, 0);
        self.maybe(definition.ocaml);
        self.flag(definition.unboxed);
        match &definition.shape {
            Shape::Abstract => self.byte(0),
            Shape::Alias(ty) => {
                self.byte(1);
                self.ty(ty, 0);
            }
            Shape::Record { fields, flat } => {
                self.byte(2);
                self.fields(fields);
                self.flag(*flat);
            }
            Shape::Variant(constructors) => {
                self.byte(3);
                self.constructors(constructors);
            }
            Shape::PolymorphicVariant(constructors) => {
                self.byte(4);
                self.constructors(constructors);
            }
        }
    }

    const fn exception(&mut self, exception: &ExceptionDefinition) {
        self.item(&exception.item);
        self.text(exception.registered);
        self.maybe(exception.ocaml);
        self.payload(&exception.payload);
    }

    const fn fields(&mut self, fields: &[Field]) {
        list!(self, fields, field => {
            self.text(field.name);
            self.maybe(field.rename);
            self.ty(field.ty, 0);
            self.flag(field.mutable);
            self.text(field.doc);
        });
    }

    const fn constructors(&mut self, constructors: &[Constructor]) {
        list!(self, constructors, constructor => {
            self.text(constructor.name);
            self.maybe(constructor.rename);
            self.payload(&constructor.payload);
            self.text(constructor.doc);
        });
    }

    const fn payload(&mut self, payload: &Payload) {
        match payload {
            Payload::Tuple(types) => {
                self.byte(0);
                self.types(types, 0);
            }
            Payload::Record(fields) => {
                self.byte(1);
                self.fields(fields);
            }
        }
    }

    const fn types(&mut self, types: &[&Type], depth: u32) {
        list!(self, types, ty => self.ty(ty, depth));
    }

    const fn ty(&mut self, ty: &Type, depth: u32) {
        assert!(depth < MAX_DEPTH, "the type is nested too deep to be described to OCaml");
        let depth = depth + 1;
        match ty {
            Type::Variable(number) => {
                self.byte(0);
                self.number(*number as usize);
            }
            Type::Named { name, arguments } => {
                self.byte(1);
                self.text(name);
                self.types(arguments, depth);
            }
            Type::Rust { path, arguments } => {
                self.byte(2);
                self.text(path);
                self.types(arguments, depth);
            }
            Type::Tuple(types) => {
                self.byte(3);
                self.types(types, depth);
            }
            Type::Function { arguments, result } => {
                self.byte(4);
                self.types(arguments, depth);
                self.ty(result, depth);
            }
            Type::Unknown { rust } => {
                self.byte(5);
                self.text(rust);
            }
        }
    }
}

/// The payload of an entry behind an empty header, in a buffer that is large enough; for tests.
#[cfg(test)]
pub fn unfinished<const N: usize>(entry: &Entry) -> [u8; N] {
    let mut writer = Writer::<N>::new();
    writer.entry(entry);
    writer.finish(entry)
}
