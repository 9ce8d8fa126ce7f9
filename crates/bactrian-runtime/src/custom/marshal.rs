//! `Marshal` on owned values.
//!
//! What is written after OCaml's own words: a header of four numbers, the name of the type, and the bytes of the value,
//! each part with a checksum, since the runtime does not say how much there is to read. Numbers are little-endian.
//!
//! The runtime's state of writing and of reading must be cleaned up before an exception is raised from in here. For
//! reading it has a function that does both. For writing it has none: see [`abort_output`].

use super::block::{box_of_ours, unmarshalled};
use super::callbacks::Borrowed;
use super::header::Header;
use super::kind::{Kind, Kinds};
use super::operations::Custom;
use super::report;
use crate::exception::OCamlException;
use crate::ffi::callback::caml_callback_exn;
use crate::ffi::custom::{
    caml_deserialize_block_1, caml_deserialize_error, caml_register_custom_operations,
    caml_serialize_block_1,
};
use crate::ffi::mlvalues::{RawOCaml, UNIT};
use crate::named::NamedValue;
use crate::runtime::OCamlRuntime;
use crate::shim;
use core::cell::RefCell;
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::panic::catch_unwind;
use std::sync::{PoisonError, RwLock};

/// The types that can be read, by the names that are written.
static TYPES: RwLock<BTreeMap<&'static str, &'static Kind>> = RwLock::new(BTreeMap::new());

/// Makes `Marshal` able to read values of a type that was given `#[ocaml(marshal = "name")]`.
///
/// Making a value of the type does it too; so this is for programs that read before.
///
/// # Panics
/// When the type cannot be marshalled, or another one has the same name.
pub fn register<T: Custom>() {
    let kind = Kinds::<T>::CUSTOM;
    assert!(
        kind.marshal.is_some(),
        "bactrian::register: `{}` cannot be marshalled: give it `#[ocaml(marshal = \"name\")]`",
        (kind.name)()
    );
    know(kind);
}

/// Notes a type. Called for each new value, so the last one is remembered.
pub(super) fn know(kind: &'static Kind) {
    static LAST: AtomicPtr<Kind> = AtomicPtr::new(null_mut());
    let address = core::ptr::from_ref(kind).cast_mut();
    if LAST.load(Ordering::Relaxed) == address {
        return;
    }
    let Some(marshal) = &kind.marshal else { return };
    let known = TYPES.read().unwrap_or_else(PoisonError::into_inner).get(marshal.name).copied();
    let known = match known {
        Some(known) => known,
        None => {
            let mut types = TYPES.write().unwrap_or_else(PoisonError::into_inner);
            *types.entry(marshal.name).or_insert(kind)
        }
    };
    assert!(
        known.id == kind.id,
        "the types `{}` and `{}` are both marshalled as {:?}: give one of them another name",
        (known.name)(),
        (kind.name)(),
        marshal.name
    );
    LAST.store(address, Ordering::Relaxed);
}

/// Makes `Marshal` know our blocks. Called once, when the OCaml library starts.
pub(super) fn start() {
    // SAFETY: the operations are a static.
    unsafe { caml_register_custom_operations(unmarshalled()) }
}

const MAGIC: u32 = 0x5275_7374;
/// The magic number, the length of the name, that of the bytes, and their checksum.
const HEADER: usize = 4 + 4 + 8 + 8;
/// What comes after the bytes.
const CHECKSUM: usize = 8;

/// FNV-1a: any single damage changes it.
fn checksum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    parts.into_iter().flatten().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn message(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(HEADER + name.len() + bytes.len() + CHECKSUM);
    message.extend(MAGIC.to_le_bytes());
    message.extend((name.len() as u32).to_le_bytes());
    message.extend((bytes.len() as u64).to_le_bytes());
    message.extend(checksum([&message[..]]).to_le_bytes());
    message.extend(name.as_bytes());
    message.extend(bytes);
    message.extend(checksum([&message[HEADER..]]).to_le_bytes());
    message
}

thread_local! {
    /// What is being written, or said of what was read: here, since the runtime may jump out of its functions, over frames that would
    /// free it. The next one frees it.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static WRONG: RefCell<CString> = RefCell::new(CString::default());
}

/// `Marshal` writes one of our blocks.
pub(super) unsafe extern "C" fn serialise(raw: RawOCaml, size_32: *mut usize, size_64: *mut usize) {
    // SAFETY: the runtime passes a live block of ours and places for the sizes of its data, and lends the lock.
    unsafe {
        *size_32 = 4;
        *size_64 = 8;
        let (bytes, length) = shim::call("Marshal", |rt| {
            write(raw).map_err(|refusal| {
                abort_output(rt);
                match refusal {
                    Refusal::Message(message) => {
                        OCamlException::invalid_argument(rt, &format!("Marshal: {message}"))
                    }
                    Refusal::Panic(payload) => OCamlException::from_panic(rt, payload),
                }
            })
        });
        // Nothing here has a destructor: this call raises when the user's buffer is full.
        caml_serialize_block_1(bytes.cast(), length);
    }
    // A large one is not kept.
    WRITTEN.with_borrow_mut(|written| *written = Vec::new());
}

enum Refusal {
    Message(String),
    Panic(Box<dyn std::any::Any + Send>),
}

/// The message for a block, which stays in `WRITTEN`.
///
/// # Safety
/// `raw` must be a live block of ours.
unsafe fn write(raw: RawOCaml) -> Result<(*const u8, isize), Refusal> {
    // SAFETY: passed on.
    let boxed = unsafe { box_of_ours(raw) };
    let Some(boxed) = boxed else {
        return Err(Refusal::Message("a Rust value without a box".to_owned()));
    };
    // SAFETY: the box of a live block is live.
    let kind = unsafe { boxed.as_ref() }.kind();
    let Some(marshal) = &kind.marshal else {
        let what = if kind.call.is_some() { "the Rust closure" } else { "a Rust value" };
        let name = (kind.name)();
        return Err(Refusal::Message(format!("{what} `{name}` cannot be marshalled")));
    };
    // SAFETY: the box is live, and of a type with this operation.
    let borrowed = unsafe { Borrowed::of(boxed) };
    let _borrowed = borrowed.map_err(|error| Refusal::Message(error.to_string()))?;
    // SAFETY: borrowed, and of the kind's type.
    let write = || unsafe { (marshal.write)(boxed) };
    let bytes = catch_unwind(core::panic::AssertUnwindSafe(write)).map_err(Refusal::Panic)?;
    Ok(WRITTEN.with_borrow_mut(|written| {
        *written = message(marshal.name, &bytes);
        (written.as_ptr(), written.len() as isize)
    }))
}

/// An OCaml function that calls `bactrian_abort_output` and never returns.
static ABORT_OUTPUT: NamedValue = NamedValue::new(c"Bactrian.abort_output");

/// Frees what `Marshal` has written so far.
///
/// The runtime does so only where it raises an exception of its own. So we ask it to write more bytes than there can
/// be memory for, within a call from which that exception comes back as a value.
fn abort_output(rt: &mut OCamlRuntime) {
    if ABORT_OUTPUT.get(rt).is_some() {
        // SAFETY: a function from unit; its exception comes back as a value, and is of no interest. The runtime's frames
        // below use nothing that this frees or moves: they are jumped over next.
        let _ = unsafe { caml_callback_exn(ABORT_OUTPUT.function(rt), UNIT) };
    }
}

/// `external abort_output : unit -> 'a = "bactrian_abort_output"`
#[unsafe(no_mangle)]
extern "C" fn bactrian_abort_output(_: RawOCaml) -> RawOCaml {
    // SAFETY: there is never memory for so many bytes, so nothing is read of them; this frame has nothing to drop.
    unsafe { caml_serialize_block_1(core::ptr::null(), isize::MAX / 2) }
    UNIT
}

/// `Marshal` fills one of our blocks.
pub(super) unsafe extern "C" fn deserialise(data: *mut c_void) -> usize {
    // SAFETY: the data comes after the operations, in a block whose size the message said.
    let has_room = unsafe {
        let block = data as RawOCaml - 8;
        crate::ffi::mlvalues::wosize(block) == 2
    };
    let place = data.cast::<*mut Header>();
    let read = if has_room {
        // Should this fail, the block is finalised all the same.
        // SAFETY: the block has room for the address.
        unsafe { place.write(core::ptr::null_mut()) };
        catch_unwind(read).unwrap_or_else(|payload| Err(report::message(payload)))
    } else {
        Err("a block of the wrong size".to_owned())
    };
    match read {
        Ok(boxed) => {
            // SAFETY: the block has room for the address, and takes over the reference.
            unsafe { place.write(boxed.as_ptr()) };
            8
        }
        Err(wrong) => {
            let text = park(&wrong);
            drop(wrong);
            // SAFETY: the text stays, and this frame has nothing left to drop.
            unsafe { caml_deserialize_error(text) }
        }
    }
}

/// Puts a message where it stays.
fn park(wrong: &str) -> *const core::ffi::c_char {
    let text = CString::new(format!("Marshal: {wrong}").replace('\0', "?")).unwrap_or_default();
    WRONG.with_borrow_mut(|place| {
        *place = text;
        place.as_ptr()
    })
}

/// Reads one message.
fn read() -> Result<super::header::BoxPtr, String> {
    const DAMAGED: &str = "the bytes of a Rust value are damaged";
    let header = next(HEADER)?;
    let (numbers, sum) = header.split_at(HEADER - 8);
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |n, &byte| n << 8 | u64::from(byte));
    if number(&numbers[..4]) != u64::from(MAGIC) || number(sum) != checksum([numbers]) {
        return Err(DAMAGED.to_owned());
    }
    let name = next(number(&numbers[4..8]) as usize)?;
    let bytes = next(number(&numbers[8..]) as usize)?;
    if number(&next(CHECKSUM)?) != checksum([&name[..], &bytes[..]]) {
        return Err(DAMAGED.to_owned());
    }
    let name = String::from_utf8_lossy(&name);
    let kind = TYPES.read().unwrap_or_else(PoisonError::into_inner).get(&*name).copied();
    let Some(marshal) = kind.and_then(|kind| kind.marshal.as_ref()) else {
        return Err(format!(
            "no Rust type is known as {name:?}; call bactrian::register::<T>() for it first"
        ));
    };
    (marshal.read)(&bytes).map_err(|error| format!("{name:?}: {error}"))
}

/// The next bytes of what is being read.
fn next(length: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| format!("no memory for {length} bytes"))?;
    bytes.resize(length, 0u8);
    // SAFETY: there is room for so many. That there are so many to be read is what the header's checksum vouches for,
    // and for the header itself what the runtime vouches for: a message is as long as it says.
    unsafe { caml_deserialize_block_1(bytes.as_mut_ptr().cast(), length as isize) };
    Ok(bytes)
}
