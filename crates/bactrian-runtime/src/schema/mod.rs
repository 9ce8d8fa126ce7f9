//! The OCaml types of markers and Rust types, as constants.
//!
//! What the macros write about a function or type is made of these: see the crate `bactrian-schema`.

mod imports;
mod library;

pub use library::DescribeCollection;

use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::custom::DynBox;
use crate::exception::OCamlExn;
use crate::runtime::OCamlRuntime;
use crate::value::{
    OCaml, OCamlAny, OCamlArray, OCamlBytes, OCamlChar, OCamlFloat, OCamlFloatArray, OCamlFn,
    OCamlInt, OCamlInt32, OCamlInt64, OCamlList, OCamlNativeInt,
};
use std::marker::PhantomData;

pub use bactrian_schema::describe::{
    Argument, Constructor, Entry, ExceptionDefinition, Field, Function, Import, Item, Label,
    Origin, Passing, Payload, Shape, Type, TypeDefinition,
};

/// The OCaml type that a marker stands for, as generated bindings write it.
///
/// Derived types have it. A marker written by hand says which type it is, either by `#[derive(DescribeOCaml)]` or so:
///
/// ```
/// use bactrian_runtime::{DescribeOCaml, schema::Type};
/// /// `Calendar.date`
/// pub struct OCamlDate;
/// impl DescribeOCaml for OCamlDate {
///     const TYPE: &'static Type = &Type::named("Calendar.date");
/// }
/// ```
///
/// As with an `external` in OCaml, whoever writes it vouches for it.
#[diagnostic::on_unimplemented(
    message = "the OCaml type of `{Self}` is not described, so no binding can be generated for it",
    label = "which type is this to OCaml?",
    note = "for a marker of yours, name its OCaml type: #[derive(DescribeOCaml)] #[ocaml(type = \"Module.name\")]",
    note = "or write the `external` by hand, and leave the function out of the generated bindings: #[export(unlisted)]"
)]
pub trait DescribeOCaml {
    /// The type.
    const TYPE: &'static Type;
}

/// The OCaml types of a tuple of arguments.
#[diagnostic::on_unimplemented(
    message = "the OCaml types of the arguments `{Self}` are not described",
    note = "arguments are a tuple of one to nine types that have an OCaml type; one is written `(i64,)`"
)]
#[doc(hidden)]
pub trait DescribeArguments {
    /// The types.
    const TYPES: &'static [&'static Type];
}

/// The OCaml type of a Rust type, by its default mapping.
#[doc(hidden)]
pub const fn default<T: DefaultOCamlMapping<OCamlType: DescribeOCaml>>() -> &'static Type {
    <T::OCamlType as DescribeOCaml>::TYPE
}

/// The OCaml type of a marker, if it is [described](DescribeOCaml): an associated constant of the type itself goes before one
/// of a trait, and is there only where its bounds hold. This needs a type without parameters.
#[doc(hidden)]
pub struct Marker<T: ?Sized>(PhantomData<T>);

/// The OCaml type of a Rust type by its default mapping, if it is described; see [`Marker`].
#[doc(hidden)]
pub struct Mapped<T: ?Sized>(PhantomData<T>);

impl<T: DescribeOCaml> Marker<T> {
    #[doc(hidden)]
    pub const DESCRIBED: Option<&'static Type> = Some(T::TYPE);
}

impl<T: DefaultOCamlMapping<OCamlType: DescribeOCaml>> Mapped<T> {
    #[doc(hidden)]
    pub const DESCRIBED: Option<&'static Type> = Some(default::<T>());
}

/// What is not described.
#[doc(hidden)]
pub trait Undescribed {
    /// Nothing.
    const DESCRIBED: Option<&'static Type> = None;
}

impl<T: ?Sized> Undescribed for Marker<T> {}
impl<T: ?Sized> Undescribed for Mapped<T> {}

macro_rules! named {
    ($($marker:ty: $name:literal;)*) => {$(
        impl DescribeOCaml for $marker {
            const TYPE: &'static Type = &Type::named($name);
        }
    )*};
}

named! {
    (): "unit";
    bool: "bool";
    String: "string";
    // Nothing is known of it, and nothing can be done with it by mistake.
    OCamlAny: "Obj.t";
    OCamlBytes: "bytes";
    OCamlChar: "char";
    OCamlExn: "exn";
    OCamlFloat: "float";
    OCamlInt32: "int32";
    OCamlInt64: "int64";
    OCamlInt: "int";
    OCamlNativeInt: "nativeint";
}

impl DescribeOCaml for OCamlFloatArray {
    const TYPE: &'static Type =
        &Type::Named { name: "array", arguments: &[<OCamlFloat as DescribeOCaml>::TYPE] };
}

macro_rules! generic {
    ($($marker:ident<$($parameter:ident),*>: $name:literal;)*) => {$(
        impl<$($parameter: DescribeOCaml),*> DescribeOCaml for $marker<$($parameter),*> {
            const TYPE: &'static Type =
                &Type::Named { name: $name, arguments: &[$($parameter::TYPE),*] };
        }
    )*};
}

use generic;

generic! {
    OCamlArray<T>: "array";
    OCamlList<T>: "list";
    Option<T>: "option";
    Result<T, E>: "result";
}

/// To OCaml a handle is the value.
impl<T: DescribeOCaml + Send + 'static> DescribeOCaml for DynBox<T> {
    const TYPE: &'static Type = T::TYPE;
}

impl<Arguments, R> DescribeOCaml for OCamlFn<Arguments, R>
where
    Arguments: DescribeArguments,
    R: DefaultOCamlMapping<OCamlType: DescribeOCaml>,
{
    const TYPE: &'static Type =
        &Type::Function { arguments: Arguments::TYPES, result: default::<R>() };
}

macro_rules! tuple {
    ($($part:ident)*) => {
        impl<$($part: DescribeOCaml),*> DescribeOCaml for ($($part,)*) {
            const TYPE: &'static Type = &Type::Tuple(&[$($part::TYPE),*]);
        }
    };
}

macro_rules! arguments {
    ($($part:ident)*) => {
        impl<$($part: DefaultOCamlMapping<OCamlType: DescribeOCaml>),*> DescribeArguments
            for ($($part,)*)
        {
            const TYPES: &'static [&'static Type] = &[$(default::<$part>()),*];
        }
    };
}

/// No arguments are `unit`.
impl DescribeArguments for () {
    const TYPES: &'static [&'static Type] = &[<() as DescribeOCaml>::TYPE];
}

arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
arguments!(A B C D E F G);
arguments!(A B C D E F G H);
arguments!(A B C D E F G H I);

tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);

/// A type variable: what a type parameter is replaced by where its type or function is described.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable<const N: u32> {}

impl<const N: u32> DescribeOCaml for Variable<N> {
    const TYPE: &'static Type = &Type::Variable(N);
}

impl<const N: u32> DefaultOCamlMapping for Variable<N> {
    type OCamlType = Variable<N>;
    type VecType = OCamlList<Variable<N>>;
}

impl<const N: u32> Default for Variable<N> {
    fn default() -> Self {
        unreachable!("a type variable has no values")
    }
}

// SAFETY: there are no values.
unsafe impl<const N: u32> ToOCaml<Variable<N>> for Variable<N> {
    fn to_ocaml<'gc>(&self, _: &'gc mut OCamlRuntime) -> OCaml<'gc, Variable<N>> {
        match *self {}
    }
}

// SAFETY: nothing is read.
unsafe impl<const N: u32> FromOCaml<Variable<N>> for Variable<N> {
    fn from_ocaml(_: OCaml<'_, Variable<N>>) -> Self {
        ConversionError::new("a type variable has no values").throw()
    }
}
