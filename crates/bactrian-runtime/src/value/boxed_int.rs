//! `int32`, `int64`, `nativeint`: custom blocks unless the external says `[@unboxed]`.

use crate::alloc::opaque_block;
use crate::checked::checked;
#[cfg(feature = "checked")]
use crate::checked::{Shape, words::Kind};
use crate::conv::{FromOCaml, ToOCaml};
use crate::ffi::alloc::{CustomOperations, caml_int32_ops, caml_int64_ops, caml_nativeint_ops};
use crate::ffi::mlvalues::{self, RawOCaml, tag};
use crate::runtime::OCamlRuntime;
use crate::value::OCaml;

macro_rules! boxed {
    ($(#[$doc:meta] $marker:ident, $ops:ident, $kind:ident: $($rust:ty as $data:ty),*;)*) => {$(
        #[$doc]
        pub struct $marker {
            _private: (),
        }

        $(
            // SAFETY: a custom block with the operations of the type.
            unsafe impl ToOCaml<$marker> for $rust {
                #[inline(always)]
                fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, $marker> {
                    // SAFETY: the handle proves the lock; both words are written at once, the data as the type's own.
                    unsafe {
                        let block = opaque_block(2, tag::CUSTOM) as *mut RawOCaml;
                        *block.cast::<*const CustomOperations>() = &raw const $ops;
                        *block.add(1) = 0;
                        *block.add(1).cast::<$data>() = *self as $data;
                        OCaml::new(rt, block as RawOCaml)
                    }
                }
            }

            // SAFETY: reads the data as what it is.
            unsafe impl FromOCaml<$marker> for $rust {
                #[inline(always)]
                fn from_ocaml(value: OCaml<'_, $marker>) -> Self {
                    checked! {
                        let _operation =
                            value.used("FromOCaml::from_ocaml", Shape::Of(Kind::$kind));
                    }
                    // SAFETY: the value is a live block of the type.
                    unsafe { mlvalues::custom_data::<$data>(value.raw) as $rust }
                }
            }
        )*
    )*};
}

boxed! {
    /// OCaml's `int32`; `i32` and, bit for bit, `u32` convert both ways.
    OCamlInt32, caml_int32_ops, Int32: i32 as i32, u32 as i32;
    /// OCaml's `int64`; `i64` and, bit for bit, `u64` convert both ways.
    OCamlInt64, caml_int64_ops, Int64: i64 as i64, u64 as i64;
    /// OCaml's `nativeint`; `isize` and, bit for bit, `usize` convert both ways.
    OCamlNativeInt, caml_nativeint_ops, Nativeint: isize as isize, usize as isize;
}
