//! What a value is made of, for the eye.

use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::value::OCaml;
use core::ffi::CStr;
use core::fmt::{self, Display, Formatter};
use core::marker::PhantomData;
use core::sync::atomic::{AtomicIsize, Ordering};

/// Blocks with these tags hold words that are no values.
const CONTINUATION: u8 = 245;
/// Blocks deeper than this, and fields after so many, are left out.
const DEPTH: usize = 6;
const FIELDS: usize = 16;

/// The structure of a value, to be printed. See [`OCaml::inspect`].
pub struct Inspection<'gc> {
    raw: RawOCaml,
    _marker: PhantomData<OCaml<'gc, ()>>,
}

impl<'gc, T> OCaml<'gc, T> {
    /// What the value is made of, whatever its type says: to find out why a conversion fails.
    ///
    /// Immediates are printed as integers, blocks as their tag and fields: `(1: "text", 42)`. Deep blocks and long ones end in
    /// `…`; [`tree`](Inspection::tree) says more. Nothing is allocated on the OCaml heap.
    pub fn inspect(&self) -> Inspection<'gc> {
        Inspection { raw: self.raw, _marker: PhantomData }
    }
}

impl Inspection<'_> {
    pub(crate) fn raw(&self) -> RawOCaml {
        self.raw
    }
}

impl Display for Inspection<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // SAFETY: the value is live, since nothing collects while the runtime is borrowed for `'gc`.
        unsafe { show(self.raw, DEPTH, f) }
    }
}

impl fmt::Debug for Inspection<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// # Safety
/// `raw` must be live, and stay so.
unsafe fn show(raw: RawOCaml, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
    if !mlvalues::is_block(raw) {
        return write!(f, "{}", mlvalues::int_val(raw));
    }
    // SAFETY: a live block; each kind is read as what its tag says. A field may be written by another domain
    // meanwhile: it is one word, which holds a live value before and after.
    unsafe {
        let words = mlvalues::wosize(raw);
        match mlvalues::tag_of(raw) {
            tag::STRING => {
                let length = mlvalues::string_length(raw);
                // A `bytes` may be written meanwhile, so no reference to it is made.
                let mut copy = vec![0u8; length.min(256)];
                copy.as_mut_ptr().copy_from_nonoverlapping(raw as *const u8, copy.len());
                let more = if copy.len() < length { "…" } else { "" };
                write!(f, "{:?}{more}", String::from_utf8_lossy(&copy))
            }
            tag::DOUBLE => write!(f, "{:?}", mlvalues::double_val(raw)),
            tag::DOUBLE_ARRAY => {
                let floats = (0..words.min(FIELDS)).map(|index| *(raw as *const f64).add(index));
                f.write_str("[")?;
                for (index, float) in floats.enumerate() {
                    write!(f, "{}{float:?}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(if words > FIELDS { ", …]" } else { "]" })
            }
            tag::CUSTOM => {
                // The operations begin with the name of the type.
                let name = **(raw as *const *const *const core::ffi::c_char);
                let name = if name.is_null() { c"?" } else { CStr::from_ptr(name) };
                write!(f, "<{}>", name.to_string_lossy())
            }
            tag::CLOSURE | tag::INFIX => f.write_str("<fun>"),
            CONTINUATION => f.write_str("<continuation>"),
            tag::NO_SCAN.. => f.write_str("<abstract>"),
            tag => {
                write!(f, "({tag}:")?;
                for index in 0..words.min(FIELDS) {
                    f.write_str(if index == 0 { " " } else { ", " })?;
                    if depth == 0 {
                        f.write_str("…")?;
                        break;
                    }
                    let field = &*(raw as *const AtomicIsize).add(index);
                    show(field.load(Ordering::Relaxed), depth - 1, f)?;
                }
                f.write_str(if words > FIELDS { ", …)" } else { ")" })
            }
        }
    }
}
