//! Reading the schema out of a library.

use crate::error::{Error, Result};
use bactrian_schema::model::Entry;
use bactrian_schema::{ELF_SECTION, MACH_O_SECTION, entries};
use object::read::archive::ArchiveFile;
use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{FileKind, Object, ObjectSection};
use std::collections::HashSet;
use std::path::Path;

/// What a library says about itself.
#[derive(Debug)]
pub struct Library {
    /// Its entries, each once, by crate and then as they are written in the sources.
    pub entries: Vec<Entry>,
}

impl Library {
    /// Reads a static library, a shared one, an object file or an executable.
    ///
    /// # Errors
    /// When it is none of these, says nothing, or what it says is damaged or from the future.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::io("read", path, &error))?;
        Self::parse(&bytes).map_err(|error| Error::new(format!("{}: {error}", path.display())))
    }

    /// Reads the bytes of such a file.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::default();
        reader.file(bytes)?;
        reader.finish()
    }
}

/// What was found so far.
#[derive(Default)]
struct Reader<'a> {
    seen: HashSet<&'a [u8]>,
    entries: Vec<Entry>,
    /// Some member was LLVM's bitcode, which has no sections.
    bitcode: bool,
    section: bool,
}

impl<'a> Reader<'a> {
    fn file(&mut self, bytes: &'a [u8]) -> Result<()> {
        let foreign = "this is no library that Bactrian can read: it reads static and shared libraries, object files and \
                       executables in the formats ELF and Mach-O";
        match FileKind::parse(bytes) {
            Ok(FileKind::Archive) => self.archive(bytes),
            Ok(FileKind::MachOFat32) => {
                let fat = MachOFatFile32::parse(bytes).map_err(damaged)?;
                fat.arches().iter().try_for_each(|arch| self.arch(arch, bytes))
            }
            Ok(FileKind::MachOFat64) => {
                let fat = MachOFatFile64::parse(bytes).map_err(damaged)?;
                fat.arches().iter().try_for_each(|arch| self.arch(arch, bytes))
            }
            Ok(FileKind::Elf32 | FileKind::Elf64 | FileKind::MachO32 | FileKind::MachO64) => {
                self.object(bytes)
            }
            _ => Err(Error::new(foreign)),
        }
    }

    fn arch(&mut self, arch: &impl FatArch, bytes: &'a [u8]) -> Result<()> {
        self.file(arch.data(bytes).map_err(damaged)?)
    }

    /// A static library; its index and Rust's metadata are members too, and no objects.
    fn archive(&mut self, bytes: &'a [u8]) -> Result<()> {
        let archive = ArchiveFile::parse(bytes).map_err(damaged)?;
        if archive.is_thin() {
            return Err(Error::new(
                "this is a thin archive, which only names its members: make one that holds them",
            ));
        }
        if is_cut(bytes) {
            return Err(Error::new("this library is damaged: it ends within a member"));
        }
        for member in archive.members() {
            let data = member.and_then(|member| member.data(bytes)).map_err(damaged)?;
            if data.starts_with(b"BC\xc0\xde") {
                self.bitcode = true;
            } else if FileKind::parse(data).is_ok_and(|kind| kind != FileKind::Archive) {
                self.object(data)?;
            }
        }
        Ok(())
    }

    fn object(&mut self, bytes: &'a [u8]) -> Result<()> {
        let object = object::File::parse(bytes).map_err(damaged)?;
        for section in object.sections() {
            let name = section.name().unwrap_or_default();
            let segment = section.segment_name().ok().flatten();
            let found = match segment {
                Some(segment) => (segment, name) == MACH_O_SECTION,
                None => name == ELF_SECTION || name == MACH_O_SECTION.1,
            };
            if found {
                self.section(section.data().map_err(damaged)?)?;
            }
        }
        Ok(())
    }

    fn section(&mut self, bytes: &'a [u8]) -> Result<()> {
        self.section = true;
        for entry in entries(bytes) {
            let entry = entry.map_err(|error| Error::new(error.to_string()))?;
            if self.seen.insert(entry.bytes) {
                let entry = entry.decode().map_err(|error| Error::new(error.to_string()))?;
                self.entries.push(entry);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Library> {
        if !self.section {
            return Err(Error::new(if self.bitcode {
                "this library holds LLVM bitcode instead of objects: build it without -C linker-plugin-lto"
            } else {
                "this library says nothing about its functions: it was not made with Bactrian, or its section \
                 `bactrian_schema` was stripped"
            }));
        }
        // Objects come in no order that one could rely on.
        self.entries.sort_by(|a, b| match (a.item(), b.item()) {
            (Some(a), Some(b)) => {
                (a.crate_name(), &a.origin).cmp(&(b.crate_name(), &b.origin)).then_with(|| {
                    // One place can make several, by a macro.
                    (&a.module, &a.rename).cmp(&(&b.module, &b.rename))
                })
            }
            (a, b) => a.is_some().cmp(&b.is_some()),
        });
        Ok(Library { entries: self.entries })
    }
}

/// Whether a member of an archive is longer than what is left of the file.
fn is_cut(archive: &[u8]) -> bool {
    /// The length of a header, and where the size is in it.
    const HEADER: usize = 60;
    const SIZE: std::ops::Range<usize> = 48..58;
    let mut rest = archive.get(b"!<arch>\n".len()..).unwrap_or_default();
    while rest.len() >= HEADER {
        let size = std::str::from_utf8(&rest[SIZE])
            .ok()
            .and_then(|text| text.trim().parse::<usize>().ok());
        // What is no number is an error of the reader.
        let Some(size) = size else { return false };
        let end = HEADER.saturating_add(size);
        if end > rest.len() {
            return true;
        }
        rest = rest.get(end + size % 2..).unwrap_or_default();
    }
    !rest.is_empty() && rest != b"\n"
}

fn damaged(error: object::Error) -> Error {
    Error::new(format!("this library is damaged: {error}"))
}
