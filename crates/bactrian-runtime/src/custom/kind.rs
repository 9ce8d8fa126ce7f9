//! What a box can do, with its type erased.

use super::header::{BoxPtr, Boxed};
use super::marshal;
use super::operations::{Custom, Operations};
use crate::exception::OCamlException;
use crate::ffi::mlvalues::RawOCaml;
use crate::runtime::OCamlRuntime;
use core::any::{TypeId, type_name};
use core::cmp::Ordering;
use core::mem::needs_drop;

/// The operations on boxes of one type. They take the address of a box of that type; those that look at the value need a
/// borrow.
pub(crate) struct Kind {
    /// The type of the value.
    pub id: TypeId,
    /// Its name in messages.
    pub name: fn() -> &'static str,
    /// The size of the box.
    pub size: usize,
    /// Drops the value, when there is something to drop.
    pub drop_value: Option<unsafe fn(BoxPtr)>,
    /// Frees the box and leaves the value alone.
    pub free: unsafe fn(BoxPtr),
    pub compare: Option<unsafe fn(BoxPtr, BoxPtr) -> Option<Ordering>>,
    pub hash: Option<unsafe fn(BoxPtr) -> u64>,
    pub show: Option<unsafe fn(BoxPtr) -> String>,
    pub marshal: Option<Marshalling>,
    pub call: Option<Call>,
}

/// How values of a type are written by `Marshal`, and read back.
pub(crate) struct Marshalling {
    pub name: &'static str,
    pub write: unsafe fn(BoxPtr) -> Vec<u8>,
    /// A new box with one reference.
    pub read: fn(&[u8]) -> Result<BoxPtr, String>,
}

/// How a closure is called.
pub(crate) struct Call {
    pub arity: usize,
    /// Converts the words, calls, converts the result. The words are live and `arity` many.
    pub run:
        unsafe fn(&mut OCamlRuntime, BoxPtr, *const RawOCaml) -> Result<RawOCaml, OCamlException>,
}

impl Kind {
    /// The kind of a type of which nothing more is known.
    const fn plain<T: Send + 'static>() -> Self {
        Kind {
            id: TypeId::of::<T>(),
            name: type_name::<T>,
            size: size_of::<Boxed<T>>(),
            drop_value: if needs_drop::<T>() { Some(drop_value::<T>) } else { None },
            free: Boxed::<T>::free,
            compare: None,
            hash: None,
            show: None,
            marshal: None,
            call: None,
        }
    }

    const fn custom<T: Custom>() -> Self {
        let operations = T::OPERATIONS;
        let mut kind = Kind::plain::<T>();
        kind.name = name::<T>;
        if operations.compare.is_some() {
            kind.compare = Some(compare::<T>);
        }
        if operations.hash.is_some() {
            kind.hash = Some(hash::<T>);
        }
        if operations.show.is_some() {
            kind.show = Some(show::<T>);
        }
        if let Some((name, _, _)) = operations.marshal {
            kind.marshal = Some(Marshalling { name, write: write::<T>, read: read::<T> });
        }
        kind
    }

    const fn closure<F: Send + 'static>(call: Call) -> Self {
        let mut kind = Kind::plain::<F>();
        kind.call = Some(call);
        kind
    }
}

/// The kinds of a type, each a constant.
pub(crate) struct Kinds<T>(T);

impl<T: Send + 'static> Kinds<T> {
    pub(crate) const PLAIN: &'static Kind = &Kind::plain::<T>();
}

impl<T: Custom> Kinds<T> {
    pub(crate) const CUSTOM: &'static Kind = &Kind::custom::<T>();
}

/// A type that says how its closures are called.
pub(crate) trait Callable {
    type Closure: Send + 'static;
    const CALL: Call;
    const KIND: &'static Kind = &Kind::closure::<Self::Closure>(Self::CALL);
}

const fn operations<T: Custom>() -> Operations<T> {
    T::OPERATIONS
}

fn name<T: Custom>() -> &'static str {
    operations::<T>().name.unwrap_or_else(type_name::<T>)
}

/// # Safety
/// A box of a `T` whose value is the caller's to drop.
unsafe fn drop_value<T>(boxed: BoxPtr) {
    // SAFETY: passed on.
    unsafe { Boxed::<T>::value(boxed).drop_in_place() }
}

/// # Safety
/// Two boxes of a `T`, borrowed.
unsafe fn compare<T: Custom>(a: BoxPtr, b: BoxPtr) -> Option<Ordering> {
    let compare = operations::<T>().compare.expect("a kind compares only when its type does");
    // SAFETY: passed on.
    unsafe { compare(&*Boxed::<T>::value(a), &*Boxed::<T>::value(b)) }
}

/// # Safety
/// A box of a `T`, borrowed.
unsafe fn hash<T: Custom>(boxed: BoxPtr) -> u64 {
    let hash = operations::<T>().hash.expect("a kind hashes only when its type does");
    // SAFETY: passed on.
    unsafe { hash(&*Boxed::<T>::value(boxed)) }
}

/// # Safety
/// A box of a `T`, borrowed.
unsafe fn show<T: Custom>(boxed: BoxPtr) -> String {
    let show = operations::<T>().show.expect("a kind shows only when its type does");
    // SAFETY: passed on.
    unsafe { show(&*Boxed::<T>::value(boxed)) }
}

/// # Safety
/// A box of a `T`, borrowed.
unsafe fn write<T: Custom>(boxed: BoxPtr) -> Vec<u8> {
    let (_, write, _) = operations::<T>().marshal.expect("a kind is written only when its type is");
    // SAFETY: passed on.
    unsafe { write(&*Boxed::<T>::value(boxed)) }
}

fn read<T: Custom>(bytes: &[u8]) -> Result<BoxPtr, String> {
    let (_, _, read) = operations::<T>().marshal.expect("a kind is read only when its type is");
    Ok(make_custom(read(bytes)?))
}

/// A box with one reference, with the operations of its type.
pub(super) fn make_custom<T: Custom>(value: T) -> BoxPtr {
    let kind = Kinds::<T>::CUSTOM;
    if kind.marshal.is_some() {
        marshal::know(kind);
    }
    let heap_size = operations::<T>().heap_size.map_or(0, |heap_size| heap_size(&value));
    Boxed::make(kind, heap_size, value)
}
