//! Functions under the type that ocaml-interop gives them, `BoxRoot<fn(A) -> R>`, and exceptions as unrooted values.

use crate::conv::{FromOCaml, ToOCaml};
use crate::exception::{OCamlException, OCamlExn};
use crate::ffi::mlvalues::tag;
use crate::roots::{Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, call_closure};

impl OCaml<'_, OCamlException> {
    /// The argument of the exception, if it has one and that is a `string`, as in `Failure "…"`.
    pub fn message(&self) -> Option<String> {
        // SAFETY: an exception with arguments is a block with tag 0 of its constructor and them; fields are read only as
        // what their tags say.
        unsafe {
            if !self.is_block_sized(2) || self.tag() != 0 {
                return None;
            }
            let argument = self.field::<String>(1);
            let is_string = argument.is_block() && argument.tag() == tag::STRING;
            is_string.then(|| String::from_utf8_lossy(argument.as_bytes()).into_owned())
        }
    }
}

// SAFETY: `OCamlException` as the type of a value is `exn`, as `OCamlExn` is.
unsafe impl ToOCaml<OCamlException> for OCamlException {
    const ALLOCATES: bool = false;

    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlException> {
        let value: OCaml<'_, OCamlExn> = self.to_ocaml(rt);
        // SAFETY: the same word, of the same type.
        unsafe { OCaml::from_raw(value.raw) }
    }
}

// SAFETY: as above.
unsafe impl FromOCaml<OCamlException> for OCamlException {
    fn from_ocaml(value: OCaml<'_, OCamlException>) -> Self {
        // SAFETY: the same word, of the same type.
        Self::new(unsafe { OCaml::from_raw(value.raw) })
    }
}

macro_rules! try_call {
    ($($argument:ident: $ocaml:ident $rust:ident),*) => {
        impl<$($ocaml,)* R> OCamlCell<fn($($ocaml),*) -> R> {
            /// Calls the function with arguments that convert, or that are roots already.
            ///
            /// [`OCamlFn`](crate::OCamlFn) converts the result too, and keeps the backtrace of an exception.
            #[allow(clippy::too_many_arguments)]
            pub fn try_call<'gc, $($rust),*>(
                &self,
                rt: &'gc mut OCamlRuntime,
                $($argument: &$rust),*
            ) -> Result<OCaml<'gc, R>, OCaml<'gc, OCamlException>>
            where
                $($rust: ToOCaml<$ocaml> + ?Sized),*
            {
                // SAFETY: each argument is a root while the ones after it are converted; the words are read when nothing
                // can collect before the call.
                unsafe {
                    let frame = Frame::enter(scratch());
                    $(let $argument = frame.push($argument.to_ocaml(rt).raw);)*
                    let words = [$(*$argument.as_ptr()),*];
                    drop(frame);
                    let closure = self.get_raw();
                    match call_closure(rt, closure, words) {
                        Ok(raw) => Ok(OCaml::new(rt, raw)),
                        Err(exception) => Err(OCaml::new(rt, exception.root().get_raw())),
                    }
                }
            }
        }
    };
}

try_call!(a: A RA);
try_call!(a: A RA, b: B RB);
try_call!(a: A RA, b: B RB, c: C RC);
try_call!(a: A RA, b: B RB, c: C RC, d: D RD);
try_call!(a: A RA, b: B RB, c: C RC, d: D RD, e: E RE);
try_call!(a: A RA, b: B RB, c: C RC, d: D RD, e: E RE, f: F RF);
try_call!(a: A RA, b: B RB, c: C RC, d: D RD, e: E RE, f: F RF, g: G RG);
