//! OCaml functions as values, and calls to them.

use crate::checked::checked;
use crate::conv::{DefaultOCamlMapping, FromOCaml, ToOCaml};
use crate::exception::OCamlException;
use crate::ffi::callback::{
    caml_callback_exn, caml_callback2_exn, caml_callback3_exn, caml_callbackN_exn,
};
use crate::ffi::mlvalues::{RawOCaml, extract_exception, is_exception_result};
use crate::roots::{BoxRoot, Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlList};
use core::marker::PhantomData;
use core::ops::Deref;

/// An OCaml function, `a -> b -> r` for `OCamlFn<(A, B), R>`.
///
/// Labels count by their place in the function's type, and an optional argument is an `Option`: `?step:int -> from:int ->
/// int` is `OCamlFn<(Option<i64>, i64), i64>`. For fewer arguments than all see [`partial`](OCamlCell::partial).
///
/// As a value it is a root of the function: it can be kept, sent and dropped anywhere. As the type of an
/// [`OCamlRef`](crate::OCamlRef) it is the function itself, without a root of its own.
///
/// ```no_run
/// use bactrian_runtime::{OCamlException, OCamlFn, OCamlRuntime};
/// fn twice(rt: &mut OCamlRuntime, f: &OCamlFn<(i64,), i64>, x: i64) -> Result<i64, OCamlException> {
///     let once = f.call(rt, (x,))?;
///     f.call(rt, (once,))
/// }
/// ```
pub struct OCamlFn<Args, R> {
    root: BoxRoot<OCamlFn<Args, R>>,
    _marker: PhantomData<fn(Args) -> R>,
}

impl<Args, R> OCamlFn<Args, R> {
    pub(super) fn from_root(root: BoxRoot<OCamlFn<Args, R>>) -> Self {
        Self { root, _marker: PhantomData }
    }

    pub(super) fn into_root(self) -> BoxRoot<OCamlFn<Args, R>> {
        self.root
    }
}

impl<Args, R> Deref for OCamlFn<Args, R> {
    type Target = OCamlCell<OCamlFn<Args, R>>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.root
    }
}

impl<Args: CallArguments, R: DefaultOCamlMapping + FromOCaml<R::OCamlType>>
    OCamlCell<OCamlFn<Args, R>>
{
    /// Calls the function.
    ///
    /// The arguments are converted first. An exception of the function is the `Err`; a result that cannot be
    /// converted is `Invalid_argument`. An effect that the function performs and does not handle is
    /// `Effect.Unhandled`.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn call(&self, rt: &mut OCamlRuntime, arguments: Args) -> Result<R, OCamlException> {
        checked! { let _operation = crate::checked::operation("OCamlFn::call"); }
        let result = self.call_value(rt, arguments)?;
        match R::try_from_ocaml(result) {
            Ok(result) => Ok(result),
            Err(error) => Err(OCamlException::from_conversion(
                rt,
                &error.within("result of an OCaml function"),
            )),
        }
    }
}

impl<Args: CallArguments, R: DefaultOCamlMapping> OCamlCell<OCamlFn<Args, R>> {
    /// Calls the function and leaves its result an OCaml value.
    #[inline]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn call_value<'gc>(
        &self,
        rt: &'gc mut OCamlRuntime,
        arguments: Args,
    ) -> Result<OCaml<'gc, R::OCamlType>, OCamlException> {
        checked! { let _operation = crate::checked::operation("OCamlFn::call_value"); }
        crate::import::before(rt);
        // SAFETY: the cell holds a function of these arguments, and the result is of its type. The closure is
        // read after the arguments were converted, which may have moved it.
        unsafe {
            let result = arguments.apply(rt, |rt| self.get_raw_in(rt))?;
            Ok(OCaml::new(rt, result))
        }
    }

    /// # Safety
    /// The word is stale after anything that may collect.
    #[inline(always)]
    unsafe fn get_raw_in(&self, _: &OCamlRuntime) -> RawOCaml {
        // SAFETY: the handle proves that the lock is held.
        unsafe { self.get_raw() }
    }
}

impl<Args, R> Clone for OCamlFn<Args, R> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), _marker: PhantomData }
    }
}

// SAFETY: the function itself.
unsafe impl<Args, R> ToOCaml<OCamlFn<Args, R>> for OCamlFn<Args, R> {
    const ALLOCATES: bool = false;

    #[inline]
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlFn<Args, R>> {
        self.root.get(rt)
    }
}

// SAFETY: the word is only kept.
unsafe impl<Args, R> FromOCaml<OCamlFn<Args, R>> for OCamlFn<Args, R> {
    #[inline]
    fn from_ocaml(value: OCaml<'_, OCamlFn<Args, R>>) -> Self {
        checked! {
            let shape = crate::checked::Shape::Of(crate::checked::words::Kind::Function);
            let _operation = value.used("FromOCaml::from_ocaml", shape);
        }
        Self { root: BoxRoot::new(value), _marker: PhantomData }
    }
}

impl<Args, R> DefaultOCamlMapping for OCamlFn<Args, R> {
    type OCamlType = OCamlFn<Args, R>;
    type VecType = OCamlList<Self>;
}

/// Calls a closure; an exception is rooted at once.
///
/// # Safety
/// The domain's lock must be held, and the words be live: a function, and arguments that it takes.
#[inline]
#[cfg_attr(feature = "checked", track_caller)]
pub(crate) unsafe fn call_closure<const N: usize>(
    rt: &mut OCamlRuntime,
    closure: RawOCaml,
    mut arguments: [RawOCaml; N],
) -> Result<RawOCaml, OCamlException> {
    checked! { let call = crate::checked::calls(closure); }
    // SAFETY: passed on; these variants return exceptions as values.
    let result = unsafe {
        match N {
            1 => caml_callback_exn(closure, arguments[0]),
            2 => caml_callback2_exn(closure, arguments[0], arguments[1]),
            3 => caml_callback3_exn(closure, arguments[0], arguments[1], arguments[2]),
            _ => caml_callbackN_exn(closure, N as core::ffi::c_int, arguments.as_mut_ptr()),
        }
    };
    checked! { crate::checked::called(&call); drop(call); }
    if is_exception_result(result) {
        // SAFETY: the word is an exception, just raised.
        return Err(unsafe { OCamlException::caught(rt, extract_exception(result)) });
    }
    Ok(result)
}

/// Arguments of a call: a tuple of one to nine Rust values that convert.
///
/// # Safety
/// `apply` must convert every argument to the type that the function takes, and read the closure after that.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of arguments for an OCaml function",
    note = "arguments are a tuple of one to nine types that convert to OCaml; one is written `(i64,)`"
)]
pub unsafe trait CallArguments {
    /// How many there are.
    #[doc(hidden)]
    const COUNT: usize;

    /// Converts the arguments and calls what `closure` returns with them.
    ///
    /// # Safety
    /// `closure` must return a live function of these arguments.
    #[doc(hidden)]
    unsafe fn apply(
        &self,
        rt: &mut OCamlRuntime,
        closure: impl FnOnce(&OCamlRuntime) -> RawOCaml,
    ) -> Result<RawOCaml, OCamlException>;
}

macro_rules! arguments {
    ($count:literal: $($index:tt $name:ident $rust:ident),*) => {
        // SAFETY: each argument is a root while the others are converted, and all are read at the end.
        unsafe impl<$($rust),*> CallArguments for ($($rust,)*)
        where
            $($rust: DefaultOCamlMapping + ToOCaml<$rust::OCamlType>),*
        {
            const COUNT: usize = $count;

            #[inline]
            unsafe fn apply(
                &self,
                rt: &mut OCamlRuntime,
                closure: impl FnOnce(&OCamlRuntime) -> RawOCaml,
            ) -> Result<RawOCaml, OCamlException> {
                // SAFETY: the closure is read last, when nothing can collect before the call.
                unsafe {
                    // Nothing is rooted where nothing can collect between the first argument and the call.
                    if $count == 1
                        || !(false $(|| <$rust as ToOCaml<$rust::OCamlType>>::ALLOCATES)*)
                    {
                        let words = [$(self.$index.to_ocaml(rt).raw),*];
                        let closure = closure(rt);
                        return call_closure(rt, closure, words);
                    }
                    let frame = Frame::enter(scratch());
                    $(let $name = frame.push(self.$index.to_ocaml(rt).raw);)*
                    let words = [$(*$name.as_ptr()),*];
                    drop(frame);
                    let closure = closure(rt);
                    call_closure(rt, closure, words)
                }
            }
        }
    };
}

arguments!(1: 0 a A);
arguments!(2: 0 a A, 1 b B);
arguments!(3: 0 a A, 1 b B, 2 c C);
arguments!(4: 0 a A, 1 b B, 2 c C, 3 d D);
arguments!(5: 0 a A, 1 b B, 2 c C, 3 d D, 4 e E);
arguments!(6: 0 a A, 1 b B, 2 c C, 3 d D, 4 e E, 5 f F);
arguments!(7: 0 a A, 1 b B, 2 c C, 3 d D, 4 e E, 5 f F, 6 g G);
arguments!(8: 0 a A, 1 b B, 2 c C, 3 d D, 4 e E, 5 f F, 6 g G, 7 h H);
arguments!(9: 0 a A, 1 b B, 2 c C, 3 d D, 4 e E, 5 f F, 6 g G, 7 h H, 8 i I);
