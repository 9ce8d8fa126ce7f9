//! The mapping macros of ocaml-interop 0.12. `#[derive(ToOCaml, FromOCaml)]` does the same with less to write.

use crate::conv::ConversionError;
use crate::ffi::mlvalues::{RawOCaml, hash_variant};
use crate::value::OCamlFloat;
use core::marker::PhantomData;

/// Asks whether a type is `OCamlFloat`, in a constant: `IsFloat::<T>::VALUE`, with [`FlatFloats`] in scope.
#[doc(hidden)]
pub struct IsFloat<T>(PhantomData<T>);

impl IsFloat<OCamlFloat> {
    /// The answer for this type alone: what a type has itself goes before what a trait gives it.
    pub const VALUE: bool = true;
}

/// The answer for all others.
#[doc(hidden)]
pub trait FlatFloats {
    /// The answer.
    const VALUE: bool = false;
}

impl<T> FlatFloats for IsFloat<T> {}

/// The word of the polymorphic variant that a path names: `Movement::Step` is `` `Step ``.
#[doc(hidden)]
pub const fn hash_of_last_segment(path: &str) -> RawOCaml {
    let bytes = path.as_bytes();
    let mut start = bytes.len();
    while start > 0 && !matches!(bytes[start - 1], b':' | b' ') {
        start -= 1;
    }
    let (_, name) = path.split_at(start);
    hash_variant(name)
}

/// Unwinds with what a macro could not unpack; in an exported function this is `Invalid_argument`.
#[doc(hidden)]
#[cold]
pub fn unexpected_tag(ocaml: &str, rust: &str) -> ! {
    ConversionError::new(format!(
        "the value of type {ocaml} has a constructor that {rust} does not have; do the two definitions agree?"
    ))
    .throw()
}

/// Implements `ToOCaml` and `FromOCaml` between a struct and a record: `Rust => OCaml { field: OCamlType, … }`.
#[macro_export]
macro_rules! impl_conv_ocaml_record {
    ($rust:ident => $ocaml:ident { $($field:ident : $typ:ty $(=> $prepare:expr)?),+ $(,)? }) => {
        $crate::impl_to_ocaml_record! { $rust => $ocaml { $($field : $typ $(=> $prepare)?),+ } }
        $crate::impl_from_ocaml_record! { $ocaml => $rust { $($field : $typ),+ } }
    };
    ($both:ident { $($fields:tt)* }) => {
        $crate::impl_conv_ocaml_record! { $both => $both { $($fields)* } }
    };
}

/// Implements `ToOCaml` for a struct: `Rust => OCaml { field: OCamlType, other: OCamlType => expression, … }`.
///
/// The fields are in the order of OCaml's. A record of floats alone is refused, since OCaml keeps it flat: derive `ToOCaml`.
#[macro_export]
macro_rules! impl_to_ocaml_record {
    ($rust:ty => $ocaml:ident { $($field:ident : $typ:ty $(=> $prepare:expr)?),+ $(,)? }) => {
        // SAFETY: whoever wrote the fields vouches for the record, as with `external` in OCaml.
        unsafe impl $crate::ToOCaml<$ocaml> for $rust {
            fn to_ocaml<'a>(&self, runtime: &'a mut $crate::OCamlRuntime) -> $crate::OCaml<'a, $ocaml> {
                $crate::ocaml_alloc_record! {
                    runtime, self { $($field : $typ $(=> $prepare)?),+ }
                }
            }
        }
    };
    ($both:ident { $($fields:tt)* }) => {
        $crate::impl_to_ocaml_record! { $both => $both { $($fields)* } }
    };
}

/// Implements `FromOCaml` for a struct: `OCaml => Rust { field: OCamlType, … }`, or with parentheses for a tuple struct.
#[macro_export]
macro_rules! impl_from_ocaml_record {
    ($ocaml:ident => $rust:ident { $($field:ident : $typ:ty),+ $(,)? }) => {
        // SAFETY: as for `impl_to_ocaml_record!`.
        unsafe impl $crate::FromOCaml<$ocaml> for $rust {
            fn from_ocaml(value: $crate::OCaml<'_, $ocaml>) -> Self {
                $crate::ocaml_unpack_record! { value => $rust { $($field : $typ),+ } }
            }
        }
    };
    ($ocaml:ident => $rust:ident ( $($field:ident : $typ:ty),+ $(,)? )) => {
        // SAFETY: as above.
        unsafe impl $crate::FromOCaml<$ocaml> for $rust {
            fn from_ocaml(value: $crate::OCaml<'_, $ocaml>) -> Self {
                $crate::ocaml_unpack_record! { value => $rust ( $($field : $typ),+ ) }
            }
        }
    };
    ($both:ident { $($fields:tt)* }) => {
        $crate::impl_from_ocaml_record! { $both => $both { $($fields)* } }
    };
    ($both:ident ( $($fields:tt)* )) => {
        $crate::impl_from_ocaml_record! { $both => $both ( $($fields)* ) }
    };
}

/// Makes a record from the fields of a Rust value: `runtime, value { field: OCamlType, … }`.
#[macro_export]
macro_rules! ocaml_alloc_record {
    ($runtime:ident, $this:ident { $($field:ident : $typ:ty $(=> $prepare:expr)?),+ $(,)? }) => {{
        $crate::__refuse_flat_record!($($typ),+);
        // SAFETY: the handle proves the lock.
        #[allow(unused_unsafe)]
        let fields = unsafe { $crate::__private::Fields::begin(true) };
        $(
            let $field = &$this.$field;
            $(let $field = &$prepare;)?
            let $field = $crate::ToOCaml::<$typ>::to_ocaml($field, $runtime);
            // SAFETY: the word is kept while later ones are made.
            #[allow(unused_unsafe)]
            let $field = fields.keep(unsafe { $field.raw() }, true);
        )+
        // SAFETY: the words are roots until the block is made, and the type is what the fields were written for.
        #[allow(unused_unsafe)]
        unsafe {
            let block = $crate::__private::block(0, [$($field.get()),+]);
            $crate::OCaml::new($runtime, block)
        }
    }};
}

/// Makes a Rust value from the fields of a record: `value => Rust { field: OCamlType, … }`.
#[macro_export]
macro_rules! ocaml_unpack_record {
    ($value:ident => $rust:ident { $($field:ident : $typ:ty),+ $(,)? }) => {{
        $crate::__unpack_fields!($value, $($field : $typ),+);
        $rust { $($field),+ }
    }};
    ($value:ident => $rust:ident ( $($field:ident : $typ:ty),+ $(,)? )) => {{
        $crate::__unpack_fields!($value, $($field : $typ),+);
        $rust ( $($field),+ )
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __unpack_fields {
    ($value:ident, $($field:ident : $typ:ty),+) => {
        $crate::__refuse_flat_record!($($typ),+);
        let block = $value;
        let mut index = 0;
        $(
            // SAFETY: whoever wrote the fields vouches for them.
            #[allow(unused_unsafe)]
            let $field = unsafe { block.field::<$typ>(index) }.to_rust();
            #[allow(unused_assignments)]
            { index += 1; }
        )+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_flat_record {
    ($($typ:ty),+) => {
        const _: () = {
            #[allow(unused_imports)]
            use $crate::__private::compat::FlatFloats as _;
            ::core::assert!(
                !(true $(&& $crate::__private::compat::IsFloat::<$typ>::VALUE)+),
                "every field is a float, so OCaml keeps the record flat: write #[derive(ToOCaml, FromOCaml)] instead"
            );
        };
    };
}

/// Implements `ToOCaml` and `FromOCaml` between an enum and a variant:
/// `Rust => OCaml { Rust::Constant, Rust::Block(field: OCamlType), … }`.
#[macro_export]
macro_rules! impl_conv_ocaml_variant {
    ($rust:ty => $ocaml:ty { $($($tag:ident)::+ $(($($slot:ident : $typ:ty),+ $(,)?))? $(=> $made:expr)?),+ $(,)? }) => {
        $crate::impl_to_ocaml_variant! { $rust => $ocaml { $($($tag)::+ $(($($slot : $typ),+))?),+ } }
        $crate::impl_from_ocaml_variant! {
            $ocaml => $rust { $($($tag)::+ $(($($slot : $typ),+))? $(=> $made)?),+ }
        }
    };
    ($both:ty { $($constructors:tt)* }) => {
        $crate::impl_conv_ocaml_variant! { $both => $both { $($constructors)* } }
    };
}

/// Implements `ToOCaml` for an enum as a variant. The constructors are in the order of OCaml's.
#[macro_export]
macro_rules! impl_to_ocaml_variant {
    ($rust:ty => $ocaml:ty { $($constructors:tt)* }) => {
        // SAFETY: whoever wrote the constructors vouches for the variant, as with `external` in OCaml.
        unsafe impl $crate::ToOCaml<$ocaml> for $rust {
            fn to_ocaml<'a>(&self, runtime: &'a mut $crate::OCamlRuntime) -> $crate::OCaml<'a, $ocaml> {
                $crate::ocaml_alloc_variant! { runtime, self => { $($constructors)* } }
            }
        }
    };
    ($both:ty { $($constructors:tt)* }) => {
        $crate::impl_to_ocaml_variant! { $both => $both { $($constructors)* } }
    };
}

/// Implements `FromOCaml` for an enum from a variant: `OCaml => Rust { … }`.
#[macro_export]
macro_rules! impl_from_ocaml_variant {
    ($ocaml:ty => $rust:ty { $($constructors:tt)* }) => {
        // SAFETY: as for `impl_to_ocaml_variant!`.
        unsafe impl $crate::FromOCaml<$ocaml> for $rust {
            fn from_ocaml(value: $crate::OCaml<'_, $ocaml>) -> Self {
                match $crate::ocaml_unpack_variant! { value => { $($constructors)* } } {
                    ::core::result::Result::Ok(value) => value,
                    ::core::result::Result::Err(_) => $crate::__private::compat::unexpected_tag(
                        ::core::stringify!($ocaml),
                        ::core::stringify!($rust),
                    ),
                }
            }
        }
    };
    ($both:ty { $($constructors:tt)* }) => {
        $crate::impl_from_ocaml_variant! { $both => $both { $($constructors)* } }
    };
}

/// Implements `ToOCaml` for an enum as a polymorphic variant. The last names of the paths are those of the tags.
#[macro_export]
macro_rules! impl_to_ocaml_polymorphic_variant {
    ($rust:ty => $ocaml:ty { $($constructors:tt)* }) => {
        // SAFETY: whoever wrote the constructors vouches for the variant.
        unsafe impl $crate::ToOCaml<$ocaml> for $rust {
            fn to_ocaml<'a>(&self, runtime: &'a mut $crate::OCamlRuntime) -> $crate::OCaml<'a, $ocaml> {
                $crate::ocaml_alloc_polymorphic_variant! { runtime, self => { $($constructors)* } }
            }
        }
    };
    ($both:ty { $($constructors:tt)* }) => {
        $crate::impl_to_ocaml_polymorphic_variant! { $both => $both { $($constructors)* } }
    };
}

/// Implements `FromOCaml` for an enum from a polymorphic variant: `OCaml => Rust { Tag(field: OCamlType) => expression, … }`.
#[macro_export]
macro_rules! impl_from_ocaml_polymorphic_variant {
    ($ocaml:ty => $rust:ty { $($constructors:tt)* }) => {
        // SAFETY: as above.
        unsafe impl $crate::FromOCaml<$ocaml> for $rust {
            fn from_ocaml(value: $crate::OCaml<'_, $ocaml>) -> Self {
                match $crate::ocaml_unpack_polymorphic_variant! { value => { $($constructors)* } } {
                    ::core::result::Result::Ok(value) => value,
                    ::core::result::Result::Err(_) => $crate::__private::compat::unexpected_tag(
                        ::core::stringify!($ocaml),
                        ::core::stringify!($rust),
                    ),
                }
            }
        }
    };
    ($both:ty { $($constructors:tt)* }) => {
        $crate::impl_from_ocaml_polymorphic_variant! { $both => $both { $($constructors)* } }
    };
}

/// Makes a block of values that are variables: `runtime, tag, field: OCamlType, …`.
#[macro_export]
macro_rules! ocaml_alloc_tagged_block {
    ($runtime:ident, $tag:expr, $($field:ident : $typ:ty),+ $(,)?) => {{
        // SAFETY: the handle proves the lock, and each word is kept while later ones are made.
        #[allow(unused_unsafe)]
        unsafe {
            let fields = $crate::__private::Fields::begin(true);
            $(
                let $field = fields.keep($crate::ToOCaml::<$typ>::to_ocaml(&*$field, $runtime).raw(), true);
            )+
            let block = $crate::__private::block($tag, [$($field.get()),+]);
            $crate::OCaml::new($runtime, block)
        }
    }};
}

/// Makes a variant: `runtime, value => { Rust::Constant, Rust::Block(field: OCamlType), … }`. Every constructor must be named.
#[macro_export]
macro_rules! ocaml_alloc_variant {
    ($runtime:ident, $this:ident => { $($($tag:ident)::+ $(($($slot:ident : $typ:ty),+ $(,)?))?),+ $(,)? }) => {
        'made: {
            let (mut constants, mut blocks) = (0i64, 0u8);
            let value = &$this;
            $(
                $crate::__alloc_constructor! {
                    'made $runtime value constants blocks $($tag)::+ $(($($slot : $typ),+))?
                }
            )+
            // That every constructor is there is seen here, where the compiler looks.
            match value {
                $($($tag)::+ $(($($slot),+))? => {
                    $($(let _ = $slot;)+)?
                    ::core::unreachable!("the constructor was met above")
                })+
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __alloc_constructor {
    ($made:lifetime $runtime:ident $value:ident $constants:ident $blocks:ident $($tag:ident)::+) => {
        if let $($tag)::+ = $value {
            // SAFETY: an immediate.
            #[allow(unused_unsafe)]
            break $made unsafe { $crate::OCaml::new($runtime, $crate::__private::val_int($constants)) };
        }
        #[allow(unused_assignments)]
        { $constants += 1; }
    };
    ($made:lifetime $runtime:ident $value:ident $constants:ident $blocks:ident $($tag:ident)::+
        ($($slot:ident : $typ:ty),+)) => {
        if let $($tag)::+($($slot),+) = $value {
            break $made $crate::ocaml_alloc_tagged_block!($runtime, $blocks, $($slot : $typ),+);
        }
        #[allow(unused_assignments)]
        { $blocks += 1; }
    };
}

/// Makes a Rust value from a variant, as a `Result`: `value => { Rust::Constant, Rust::Block(field: OCamlType) => expression, … }`.
#[macro_export]
macro_rules! ocaml_unpack_variant {
    ($value:ident => {
        $($($tag:ident)::+ $(($($slot:ident : $typ:ty),+ $(,)?))? $({$($named:ident : $named_typ:ty),+ $(,)?})?
            $(=> $made:expr)?),+ $(,)?
    }) => {
        (|| {
            let (mut constants, mut blocks) = (0i64, 0u8);
            $(
                $crate::__unpack_constructor! {
                    $value constants blocks $($tag)::+ $(($($slot : $typ),+))? $({$($named : $named_typ),+})? $(=> $made)?
                }
            )+
            ::core::result::Result::Err("no such constructor in the Rust type")
        })()
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __unpack_constructor {
    ($value:ident $constants:ident $blocks:ident $($tag:ident)::+) => {
        $crate::__unpack_constructor! { $value $constants $blocks $($tag)::+ => $($tag)::+ }
    };
    ($value:ident $constants:ident $blocks:ident $($tag:ident)::+ => $made:expr) => {
        // SAFETY: an immediate is compared, not followed.
        #[allow(unused_unsafe)]
        if unsafe { $value.raw() } == $crate::__private::val_int($constants) {
            return ::core::result::Result::Ok($made);
        }
        #[allow(unused_assignments)]
        { $constants += 1; }
    };
    ($value:ident $constants:ident $blocks:ident $($tag:ident)::+ ($($slot:ident : $typ:ty),+)) => {
        $crate::__unpack_constructor! {
            $value $constants $blocks $($tag)::+ ($($slot : $typ),+) => $($tag)::+($($slot),+)
        }
    };
    ($value:ident $constants:ident $blocks:ident $($tag:ident)::+ {$($slot:ident : $typ:ty),+}) => {
        $crate::__unpack_constructor! {
            $value $constants $blocks $($tag)::+ ($($slot : $typ),+) => $($tag)::+ { $($slot),+ }
        }
    };
    ($value:ident $constants:ident $blocks:ident $($tag:ident)::+ {$($slot:ident : $typ:ty),+} => $made:expr) => {
        $crate::__unpack_constructor! { $value $constants $blocks $($tag)::+ ($($slot : $typ),+) => $made }
    };
    ($value:ident $constants:ident $blocks:ident $($tag:ident)::+ ($($slot:ident : $typ:ty),+) => $made:expr) => {
        if $value.is_block() && $value.tag_value() == $blocks {
            let mut index = 0;
            $(
                // SAFETY: whoever wrote the constructor vouches for its arguments.
                #[allow(unused_unsafe)]
                let $slot = unsafe { $value.field::<$typ>(index) }.to_rust();
                #[allow(unused_assignments)]
                { index += 1; }
            )+
            return ::core::result::Result::Ok($made);
        }
        #[allow(unused_assignments)]
        { $blocks += 1; }
    };
}

/// Makes a polymorphic variant: `runtime, value => { Rust::Constant, Rust::Block(field: OCamlType), … }`.
#[macro_export]
macro_rules! ocaml_alloc_polymorphic_variant {
    ($runtime:ident, $this:ident => { $($($tag:ident)::+ $(($($slot:ident : $typ:ty),+ $(,)?))?),+ $(,)? }) => {
        match &$this {
            $(
                $($tag)::+ $(($($slot),+))? => $crate::__alloc_polymorphic! {
                    $runtime
                    const { $crate::__private::compat::hash_of_last_segment(::core::stringify!($($tag)::+)) }
                    $($($slot : $typ),+)?
                },
            )+
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __alloc_polymorphic {
    ($runtime:ident const $hash:block) => {{
        // SAFETY: an immediate.
        #[allow(unused_unsafe)]
        unsafe { $crate::OCaml::new($runtime, const $hash) }
    }};
    ($runtime:ident const $hash:block $slot:ident : $typ:ty) => {{
        // SAFETY: the argument is made last, so nothing collects before the block is made.
        #[allow(unused_unsafe)]
        unsafe {
            let argument = $crate::ToOCaml::<$typ>::to_ocaml(&*$slot, $runtime).raw();
            let block = $crate::__private::block(0, [const $hash, argument]);
            $crate::OCaml::new($runtime, block)
        }
    }};
    ($runtime:ident const $hash:block $($slot:ident : $typ:ty),+) => {{
        // SAFETY: as above; several arguments are a tuple.
        #[allow(unused_unsafe)]
        unsafe {
            let tuple: $crate::OCaml<'_, $crate::OCamlAny> =
                $crate::ocaml_alloc_tagged_block!($runtime, 0, $($slot : $typ),+);
            let tuple = tuple.raw();
            let block = $crate::__private::block(0, [const $hash, tuple]);
            $crate::OCaml::new($runtime, block)
        }
    }};
}

/// Makes a Rust value from a polymorphic variant, as a `Result`: `value => { Tag(field: OCamlType) => expression, … }`.
#[macro_export]
macro_rules! ocaml_unpack_polymorphic_variant {
    ($value:ident => { $($tag:ident $(($($slot:ident : $typ:ty),+ $(,)?))? => $made:expr),+ $(,)? }) => {
        (|| {
            $(
                $crate::__unpack_polymorphic! { $value $tag $(($($slot : $typ),+))? => $made }
            )+
            ::core::result::Result::Err("no such tag in the Rust type")
        })()
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __unpack_polymorphic {
    ($value:ident $tag:ident => $made:expr) => {
        // SAFETY: an immediate is compared, not followed.
        #[allow(unused_unsafe)]
        if unsafe { $value.raw() } == const { $crate::__private::hash_variant(::core::stringify!($tag)) } {
            return ::core::result::Result::Ok($made);
        }
    };
    ($value:ident $tag:ident ($slot:ident : $typ:ty) => $made:expr) => {
        // SAFETY: a polymorphic variant that is a block has its tag's hash and its argument, whose type whoever wrote
        // it vouches for.
        #[allow(unused_unsafe)]
        if $value.is_block()
            && unsafe { $value.field::<$crate::OCamlInt>(0).raw() }
                == const { $crate::__private::hash_variant(::core::stringify!($tag)) }
        {
            let $slot = unsafe { $value.field::<$typ>(1) }.to_rust();
            return ::core::result::Result::Ok($made);
        }
    };
    ($value:ident $tag:ident ($($slot:ident : $typ:ty),+) => $made:expr) => {
        // SAFETY: as above; several arguments are a tuple.
        #[allow(unused_unsafe)]
        if $value.is_block()
            && unsafe { $value.field::<$crate::OCamlInt>(0).raw() }
                == const { $crate::__private::hash_variant(::core::stringify!($tag)) }
        {
            let ($($slot),+) = unsafe { $value.field::<($($typ),+)>(1) }.to_rust();
            return ::core::result::Result::Ok($made);
        }
    };
}
