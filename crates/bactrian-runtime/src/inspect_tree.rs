//! What a value is made of, block by block: what `Bactrian.Inspect` prints.

use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::inspect::Inspection;
use crate::runtime::OCamlRuntime;
use crate::shim;
use crate::value::{OCaml, alloc_string};
use core::ffi::CStr;
use core::sync::atomic::{AtomicIsize, Ordering};
use std::collections::HashMap;
use std::fmt::Write;

/// Blocks with this tag hold words that are no values.
const CONTINUATION: u8 = 245;
/// What is to be computed, is being computed, and has been.
const LAZY: u8 = 246;
const FORCING: u8 = 244;
const FORWARD: u8 = 250;
/// So many fields of a block are shown, and so many bytes of a string.
const FIELDS: usize = 20;
const BYTES: usize = 64;
/// So many blocks are shown.
const BLOCKS: usize = 4096;

impl Inspection<'_> {
    /// The value as a tree, a line for each immediate and block: its tag, its size and its fields, to a depth of so many
    /// blocks.
    ///
    /// A block that is met more than once is numbered, `#1`, and shown the first time only, so that a value which contains
    /// itself ends. Nothing is allocated on the OCaml heap.
    pub fn tree(&self, depth: usize) -> String {
        let mut tree = Tree::default();
        // SAFETY: the value is live, since nothing collects while the runtime is borrowed.
        unsafe {
            tree.count(self.raw(), depth);
            tree.left = BLOCKS;
            tree.show(self.raw(), depth, 0);
        }
        tree.text
    }
}

/// What a block's fields are.
enum Fields {
    /// Values.
    Values(u8),
    /// None that can be shown; what it is instead.
    Text(String),
}

#[derive(Default)]
struct Tree {
    /// By address: how often it is met, and the number that it got when it was shown. Nothing moves meanwhile.
    blocks: HashMap<RawOCaml, (usize, usize)>,
    /// The numbers that were given.
    numbers: usize,
    /// How many blocks may still be shown.
    left: usize,
    text: String,
}

impl Tree {
    /// Counts how often each block is met.
    ///
    /// # Safety
    /// `raw` must be live, and stay so.
    unsafe fn count(&mut self, raw: RawOCaml, depth: usize) {
        if !mlvalues::is_block(raw) || self.blocks.len() >= BLOCKS {
            return;
        }
        let seen = self.blocks.entry(raw).or_default();
        seen.0 += 1;
        // SAFETY: a live block, whose fields are values where `fields` says so.
        unsafe {
            if seen.0 == 1
                && depth > 0
                && let Fields::Values(_) = fields(raw)
            {
                for index in 0..mlvalues::wosize(raw).min(FIELDS) {
                    self.count(field(raw, index), depth - 1);
                }
            }
        }
    }

    /// # Safety
    /// As for [`count`](Self::count).
    unsafe fn show(&mut self, raw: RawOCaml, depth: usize, indent: usize) {
        if !mlvalues::is_block(raw) {
            self.write(format_args!("{} (immediate)\n", mlvalues::int_val(raw)));
            return;
        }
        if self.left == 0 {
            self.text.push_str("… (too many blocks)\n");
            return;
        }
        let mut number = String::new();
        if let Some((seen, given)) = self.blocks.get_mut(&raw)
            && *seen > 1
        {
            if *given > 0 {
                let text = format!("#{given}, as above\n");
                self.text.push_str(&text);
                return;
            }
            self.numbers += 1;
            *given = self.numbers;
            number = format!("#{}: ", self.numbers);
        }
        self.left -= 1;
        // SAFETY: a live block, whose fields are values where `fields` says so.
        unsafe {
            let tag = match fields(raw) {
                Fields::Text(text) => return self.write(format_args!("{number}{text}\n")),
                Fields::Values(tag) => tag,
            };
            let size = mlvalues::wosize(raw);
            let plural = if size == 1 { "" } else { "s" };
            let name = match tag {
                tag::OBJECT => ", an object, exception or extension",
                LAZY => ", lazy",
                FORCING => ", lazy, being computed",
                FORWARD => ", lazy, computed",
                _ => "",
            };
            self.write(format_args!("{number}block, tag {tag}, {size} field{plural}{name}\n"));
            for index in 0..size.min(FIELDS) {
                self.write(format_args!("{:indent$}  {index}: ", ""));
                if depth == 0 {
                    self.text.push_str("…\n");
                    break;
                }
                self.show(field(raw, index), depth - 1, indent + 2);
            }
            if size > FIELDS {
                self.write(format_args!("{:indent$}  … ({} more)\n", "", size - FIELDS));
            }
        }
    }

    fn write(&mut self, text: std::fmt::Arguments) {
        self.text.write_fmt(text).expect("a String takes all");
    }
}

/// # Safety
/// A live block of values, with a field of this number.
unsafe fn field(raw: RawOCaml, index: usize) -> RawOCaml {
    // SAFETY: a field may be written by another domain meanwhile: it is one word, which holds a live value before and after.
    unsafe { &*(raw as *const AtomicIsize).add(index) }.load(Ordering::Relaxed)
}

/// # Safety
/// A live block.
unsafe fn fields(raw: RawOCaml) -> Fields {
    // SAFETY: each kind of block is read as what its tag says.
    unsafe {
        let words = mlvalues::wosize(raw);
        Fields::Text(match mlvalues::tag_of(raw) {
            tag::STRING => {
                let length = mlvalues::string_length(raw);
                // A `bytes` may be written meanwhile, so no reference to it is made.
                let mut copy = vec![0u8; length.min(BYTES)];
                copy.as_mut_ptr().copy_from_nonoverlapping(raw as *const u8, copy.len());
                let more = if copy.len() < length { "…" } else { "" };
                let plural = if length == 1 { "" } else { "s" };
                let text = String::from_utf8_lossy(&copy);
                format!("string, {length} byte{plural}: {text:?}{more}")
            }
            tag::DOUBLE => format!("float: {:?}", mlvalues::double_val(raw)),
            tag::DOUBLE_ARRAY => {
                let shown = (0..words.min(FIELDS)).map(|index| *(raw as *const f64).add(index));
                let shown: Vec<_> = shown.map(|float| format!("{float:?}")).collect();
                let more = if words > FIELDS { "; …" } else { "" };
                format!("flat floats, {words}: [{}{more}]", shown.join("; "))
            }
            tag::CUSTOM => custom(raw),
            tag::CLOSURE | tag::INFIX => "function".to_owned(),
            CONTINUATION => "continuation".to_owned(),
            tag::NO_SCAN.. => format!("abstract, {words} words"),
            tag => return Fields::Values(tag),
        })
    }
}

/// # Safety
/// A live custom block.
unsafe fn custom(raw: RawOCaml) -> String {
    // SAFETY: the first word points to the operations, which begin with the name of the type; the numbers follow it.
    unsafe {
        let name = **(raw as *const *const *const core::ffi::c_char);
        let name = if name.is_null() { c"?" } else { CStr::from_ptr(name) };
        let data = (raw as *const i64).add(1);
        match name.to_bytes() {
            b"_i" => format!("int32: {}", *data.cast::<i32>()),
            b"_j" => format!("int64: {}", *data),
            b"_n" => format!("nativeint: {}", *data.cast::<isize>()),
            _ => format!("{}, {} words", crate::custom::describe(raw), mlvalues::wosize(raw)),
        }
    }
}

/// `external inspect : 'a -> int -> string = "bactrian_inspect"`: a value, and a depth.
// SAFETY: called by OCaml, as the external says.
#[unsafe(no_mangle)]
unsafe extern "C" fn bactrian_inspect(value: RawOCaml, depth: RawOCaml) -> RawOCaml {
    // SAFETY: this is the shim's frame; the word is live, and nothing collects before the text is made.
    unsafe {
        shim::call("bactrian_inspect", |rt: &mut OCamlRuntime| {
            let depth = usize::try_from(mlvalues::int_val(depth)).unwrap_or(0);
            // Deeper than anyone reads; each level takes stack, and indents what is in it.
            let text = OCaml::<()>::new(rt, value).inspect().tree(depth.min(200));
            Ok(alloc_string(text.as_bytes()))
        })
    }
}
