//! From bytes to descriptions.

use crate::describe::Passing;
use crate::model::{
    Argument, Constructor, Entry, ExceptionDefinition, Field, Function, Import, Item, Label,
    Origin, Payload, Shape, Type, TypeDefinition,
};
use crate::{HEADER, MAGIC, MAX_DEPTH, SUM, VERSION, checksum, kind};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Why a section could not be read. The offset is that of the entry in the section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes are not those of an entry.
    Foreign {
        /// Where.
        offset: usize,
    },
    /// The section ends before the entry does.
    Truncated {
        /// Where the entry starts.
        offset: usize,
    },
    /// The bytes of the entry are not those that were written.
    Damaged {
        /// Where the entry starts.
        offset: usize,
        /// What was seen.
        what: &'static str,
    },
    /// The entry was written by a version that came later.
    Future {
        /// The version of the entry.
        version: u16,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Foreign { offset } => write!(
                f,
                "the schema section holds something at byte {offset} that Bactrian did not write"
            ),
            DecodeError::Truncated { offset } => {
                write!(f, "the schema section ends within the entry at byte {offset}")
            }
            DecodeError::Damaged { offset, what } => {
                write!(f, "the entry at byte {offset} of the schema section is damaged: {what}")
            }
            DecodeError::Future { version } => write!(
                f,
                "the library has a schema of version {version}, and this program reads versions up to {VERSION}: use the \
                 `bactrian` that belongs to the library's version of the crate"
            ),
        }
    }
}

impl core::error::Error for DecodeError {}

/// The entries of a section, one after the other, with zeros between them where a linker left room. The first error
/// is the last item.
pub fn entries(section: &[u8]) -> impl Iterator<Item = Result<RawEntry<'_>, DecodeError>> {
    let mut offset = 0;
    core::iter::from_fn(move || {
        offset += section[offset..].iter().take_while(|&&byte| byte == 0).count();
        if offset == section.len() {
            return None;
        }
        let entry = raw(section, offset);
        offset = entry.as_ref().map_or(section.len(), |entry| offset + entry.bytes.len());
        Some(entry)
    })
}

/// An entry whose checksum is right.
#[derive(Clone, Copy, Debug)]
pub struct RawEntry<'a> {
    /// All of it. Equal bytes are the same entry, linked twice.
    pub bytes: &'a [u8],
    offset: usize,
}

impl RawEntry<'_> {
    /// Whether it is that of a function that Rust calls, or a value that it reads.
    pub fn is_import(&self) -> bool {
        matches!(self.bytes[KIND], kind::IMPORT | kind::CONSTANT)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is not as the encoder writes entries.
    pub fn decode(&self) -> Result<Entry, DecodeError> {
        let damaged = |what| DecodeError::Damaged { offset: self.offset, what };
        let mut reader = Reader { rest: &self.bytes[HEADER..] };
        let entry = reader.entry(self.bytes[KIND]).map_err(damaged)?;
        if !reader.rest.is_empty() {
            return Err(damaged("it has bytes left over"));
        }
        Ok(entry)
    }
}

/// Where the kind is in the header.
const KIND: usize = 10;

/// The entry at an offset.
fn raw(section: &[u8], offset: usize) -> Result<RawEntry<'_>, DecodeError> {
    let rest = &section[offset..];
    let common = rest.len().min(MAGIC.len());
    if rest[..common] != MAGIC[..common] {
        return Err(DecodeError::Foreign { offset });
    }
    let truncated = DecodeError::Truncated { offset };
    let Some((header, payload)) = rest.split_at_checked(HEADER) else { return Err(truncated) };
    let version = u16::from_le_bytes([header[8], header[9]]);
    if version > VERSION {
        return Err(DecodeError::Future { version });
    }
    let word = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let (length, sum) = (word(12) as usize, word(SUM));
    if payload.len() < length {
        return Err(truncated);
    }
    let bytes = &rest[..HEADER + length];
    if checksum(bytes) != sum {
        return Err(DecodeError::Damaged { offset, what: "its checksum is another" });
    }
    Ok(RawEntry { bytes, offset })
}

/// What is left of a payload. Its errors say what was found.
struct Reader<'a> {
    rest: &'a [u8],
}

type Read<T> = Result<T, &'static str>;

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Read<u8> {
        let (&byte, rest) = self.rest.split_first().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(byte)
    }

    fn number(&mut self) -> Read<usize> {
        let mut number = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(number).map_err(|_| "a number is too large");
            }
        }
        Err("a number is too large")
    }

    fn small(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| "a number is too large")
    }

    fn flag(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err("a flag is neither set nor unset"),
        }
    }

    fn text(&mut self) -> Read<String> {
        let length = self.number()?;
        let (text, rest) = self.rest.split_at_checked(length).ok_or("a text is too long")?;
        self.rest = rest;
        core::str::from_utf8(text).map(ToString::to_string).map_err(|_| "a text is not UTF-8")
    }

    fn maybe(&mut self) -> Read<Option<String>> {
        if self.flag()? { self.text().map(Some) } else { Ok(None) }
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let length = self.number()?;
        if length > self.rest.len() {
            return Err("a list is too long");
        }
        (0..length).map(|_| one(self)).collect()
    }

    fn entry(&mut self, kind: u8) -> Read<Entry> {
        Ok(match kind {
            kind::LIBRARY => Entry::Library { name: self.text()?, version: self.text()? },
            kind::FUNCTION => Entry::Function(self.function()?),
            kind::IMPORT => Entry::Import(self.import(false)?),
            kind::CONSTANT => Entry::Import(self.import(true)?),
            kind::TYPE => Entry::Type(self.definition()?),
            kind::EXCEPTION => Entry::Exception(self.exception()?),
            _ => return Err("its kind is unknown"),
        })
    }

    fn item(&mut self) -> Read<Item> {
        let (module, name, file) = (self.text()?, self.text()?, self.text()?);
        let (line, column) = (self.small()?, self.small()?);
        let origin = Origin { module, name, file, line, column };
        Ok(Item { origin, doc: self.text()?, module: self.text()?, rename: self.maybe()? })
    }

    fn function(&mut self) -> Read<Function> {
        Ok(Function {
            item: self.item()?,
            symbol: self.text()?,
            bytecode: self.maybe()?,
            arguments: self.list(Self::argument)?,
            result: self.ty(0)?,
            result_passing: self.passing()?,
            noalloc: self.flag()?,
            raises: self.flag()?,
        })
    }

    fn argument(&mut self) -> Read<Argument> {
        let name = self.text()?;
        let label = match self.byte()? {
            0 => Label::None,
            1 => Label::Labelled(self.text()?),
            2 => Label::Optional(self.text()?),
            _ => return Err("a label is of no known kind"),
        };
        Ok(Argument { name, label, ty: self.ty(0)?, passing: self.passing()? })
    }

    fn passing(&mut self) -> Read<Passing> {
        match self.byte()? {
            0 => Ok(Passing::Word),
            1 => Ok(Passing::Unboxed),
            2 => Ok(Passing::Untagged),
            _ => Err("a value crosses in no known way"),
        }
    }

    fn import(&mut self, constant: bool) -> Read<Import> {
        Ok(Import {
            item: self.item()?,
            registered: self.text()?,
            constant,
            arguments: self.list(Self::argument)?,
            result: self.ty(0)?,
        })
    }

    fn definition(&mut self) -> Read<TypeDefinition> {
        Ok(TypeDefinition {
            item: self.item()?,
            ty: self.ty(0)?,
            ocaml: self.maybe()?,
            unboxed: self.flag()?,
            shape: match self.byte()? {
                0 => Shape::Abstract,
                1 => Shape::Alias(self.ty(0)?),
                2 => Shape::Record { fields: self.fields()?, flat: self.flag()? },
                3 => Shape::Variant(self.constructors()?),
                4 => Shape::PolymorphicVariant(self.constructors()?),
                _ => return Err("a type has no known shape"),
            },
        })
    }

    fn exception(&mut self) -> Read<ExceptionDefinition> {
        Ok(ExceptionDefinition {
            item: self.item()?,
            registered: self.text()?,
            ocaml: self.maybe()?,
            payload: self.payload()?,
        })
    }

    fn fields(&mut self) -> Read<Vec<Field>> {
        self.list(|reader| {
            Ok(Field {
                name: reader.text()?,
                rename: reader.maybe()?,
                ty: reader.ty(0)?,
                mutable: reader.flag()?,
                doc: reader.text()?,
            })
        })
    }

    fn constructors(&mut self) -> Read<Vec<Constructor>> {
        self.list(|reader| {
            Ok(Constructor {
                name: reader.text()?,
                rename: reader.maybe()?,
                payload: reader.payload()?,
                doc: reader.text()?,
            })
        })
    }

    fn payload(&mut self) -> Read<Payload> {
        match self.byte()? {
            0 => self.types(0).map(Payload::Tuple),
            1 => self.fields().map(Payload::Record),
            _ => Err("a constructor has no known form"),
        }
    }

    fn types(&mut self, depth: u32) -> Read<Vec<Type>> {
        self.list(|reader| reader.ty(depth))
    }

    fn ty(&mut self, depth: u32) -> Read<Type> {
        if depth >= MAX_DEPTH {
            return Err("a type is nested too deep");
        }
        let depth = depth + 1;
        Ok(match self.byte()? {
            0 => Type::Variable(self.small()?),
            1 => Type::Named { name: self.text()?, arguments: self.types(depth)? },
            2 => Type::Rust { path: self.text()?, arguments: self.types(depth)? },
            3 => Type::Tuple(self.types(depth)?),
            4 => {
                Type::Function { arguments: self.types(depth)?, result: Box::new(self.ty(depth)?) }
            }
            5 => Type::Unknown { rust: self.text()? },
            _ => return Err("a type is of no known kind"),
        })
    }
}
