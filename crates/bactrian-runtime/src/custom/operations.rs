//! What a type says of its owned values.

use super::handle::DynBox;
use core::cmp::Ordering;
use core::fmt::Debug;
use core::hash::{Hash, Hasher};

/// A Rust type whose values OCaml can own, under an abstract OCaml type of its own.
///
/// `#[derive(Custom)]` implements it. In exported functions such a type is returned by value and taken as `&T` or
/// `&mut T`; [`DynBox<T>`] is the handle that can be kept and sent.
///
/// ```ignore
/// #[derive(bactrian::Custom, PartialEq, PartialOrd, Debug)]
/// #[ocaml(compare, show)]
/// struct Counter { count: i64 }
///
/// #[bactrian::export]
/// impl Counter {
///     pub fn new(start: i64) -> Self { Counter { count: start } }
///     pub fn incr(&mut self, by: i64) -> i64 { self.count += by; self.count }
/// }
/// ```
/// ```ocaml
/// type counter
/// external counter_new : int -> counter = "counter_new"
/// external counter_incr : counter -> int -> int = "counter_incr"
/// ```
///
/// The value is dropped some time after OCaml has let go of it: see
/// [`drop_unreachable`](crate::OCamlRuntime::drop_unreachable).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type whose values OCaml can own, so it cannot be borrowed from OCaml",
    note = "for a struct or enum that stays in Rust: #[derive(Custom)]; for one that is converted, take it by value",
    note = "an exported function can also borrow `&str`, `&[u8]` (a string), `&[f64]` (a float array) and `OCamlRef<T>`"
)]
pub trait Custom: Send + Sized + 'static {
    /// What OCaml can do with the values beside passing them on.
    const OPERATIONS: Operations<Self> = Operations::new();

    /// The value in a box with these operations, as a handle.
    fn boxed(self) -> DynBox<Self> {
        DynBox::custom(self)
    }
}

/// The optional operations of a [`Custom`] type.
///
/// Those that look at a value take a shared borrow, perhaps on several domains at once, so the type must be `Sync`.
///
/// ```no_run
/// use bactrian_runtime::{Custom, Operations};
/// struct Temperature(f64);
/// impl Custom for Temperature {
///     const OPERATIONS: Operations<Self> =
///         Operations::new().name("temperature").compare(|a, b| a.0.partial_cmp(&b.0));
/// }
/// ```
pub struct Operations<T> {
    pub(super) name: Option<&'static str>,
    pub(super) compare: Option<fn(&T, &T) -> Option<Ordering>>,
    pub(super) hash: Option<fn(&T) -> u64>,
    pub(super) show: Option<fn(&T) -> String>,
    pub(super) marshal: Option<(&'static str, Write<T>, Read<T>)>,
    pub(super) heap_size: Option<fn(&T) -> usize>,
}

type Write<T> = fn(&T) -> Vec<u8>;
type Read<T> = fn(&[u8]) -> Result<T, String>;

impl<T> Clone for Operations<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Operations<T> {}

impl<T> Default for Operations<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Operations<T> {
    /// None.
    pub const fn new() -> Self {
        Self { name: None, compare: None, hash: None, show: None, marshal: None, heap_size: None }
    }

    /// The type's name in messages, instead of its path.
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// `compare`, `=`, `<` …; `None` is what a comparison with `nan` is. Without it they raise `Invalid_argument`.
    ///
    /// It is called in the middle of the runtime, without a handle. A panic is `Bactrian.Rust_panic`.
    pub const fn compare(mut self, compare: fn(&T, &T) -> Option<Ordering>) -> Self
    where
        T: Sync,
    {
        self.compare = Some(compare);
        self
    }

    /// `Hashtbl.hash`; 32 bits are used. Without it values of the type do not count in a hash.
    ///
    /// OCaml allows no exception here: a panic, or a value that is borrowed exclusively, is reported on the standard error,
    /// and the hash is 0.
    pub const fn hash(mut self, hash: fn(&T) -> u64) -> Self
    where
        T: Sync,
    {
        self.hash = Some(hash);
        self
    }

    /// `Bactrian.Rust_value.show`. Without it the name of the type is shown.
    pub const fn show(mut self, show: fn(&T) -> String) -> Self
    where
        T: Sync,
    {
        self.show = Some(show);
        self
    }

    /// `Marshal`: how a value is written, and read back in a program that knows the same name. Without it writing raises
    /// `Invalid_argument`.
    ///
    /// A program that reads before it has made a value of the type calls [`register`](crate::register) first.
    /// Bytes that were damaged on their way raise `Failure`; but `Marshal` itself trusts what it reads, so do not give it
    /// what somebody else may have made up.
    pub const fn marshal(mut self, name: &'static str, write: Write<T>, read: Read<T>) -> Self
    where
        T: Sync,
    {
        self.marshal = Some((name, write, read));
        self
    }

    /// The bytes that a new value holds on the heap, so that the collector hurries when there are many.
    pub const fn heap_size(mut self, heap_size: fn(&T) -> usize) -> Self {
        self.heap_size = Some(heap_size);
        self
    }
}

/// How `#[ocaml(marshal = "name")]` writes and reads a value. See [`Operations::marshal`].
pub trait Marshal: Sized {
    /// The value as bytes.
    fn to_bytes(&self) -> Vec<u8>;

    /// The value of such bytes, or what is wrong with them.
    fn from_bytes(bytes: &[u8]) -> Result<Self, String>;
}

/// What `#[derive(Custom)]` expands to.
#[doc(hidden)]
pub mod derived {
    use super::*;

    /// By `PartialOrd`.
    pub fn compare<T: PartialOrd>(a: &T, b: &T) -> Option<Ordering> {
        a.partial_cmp(b)
    }

    /// By `Hash`: the same in every run of a program.
    pub fn hash<T: Hash>(value: &T) -> u64 {
        // Its keys are fixed, unlike those of a `RandomState`.
        let mut hasher = std::hash::DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }

    /// By `Debug`.
    pub fn show<T: Debug>(value: &T) -> String {
        format!("{value:?}")
    }
}
