//! The shim of a plain function.

use super::Export;
use super::parameter::{Context, Kind};
use crate::types::{is_named, type_arguments};
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, Type};

/// How the result becomes a word.
enum Outcome<'a> {
    /// An OCaml value, or a root: the word, read by this method while it is live.
    Word(TokenStream),
    /// A Rust value, converted after all borrows have ended.
    Plain(&'a Type),
    /// A number as it is.
    Unboxed(&'a Type),
}

impl<'a> Outcome<'a> {
    fn of(export: &Export, ty: &'a Type) -> Self {
        if is_named(ty, "OCaml") {
            return Outcome::Word(quote!(::bactrian::OCaml::raw));
        }
        if is_named(ty, "OCamlRef") {
            return Outcome::Word(quote!(::bactrian::OCamlCell::get_raw));
        }
        if export.unboxed_result() { Outcome::Unboxed(ty) } else { Outcome::Plain(ty) }
    }
}

/// The `extern "C"` function.
pub fn shim(export: &Export) -> Result<TokenStream, Error> {
    if export.options.noalloc.is_some() {
        return noalloc(export);
    }
    let symbol = export.symbol();
    let name = export.name();
    let (words, abi_types) = (export.words(), export.abi_types());
    let (value, raised) = results(export)?;
    let outcome = Outcome::of(export, value);

    let call = call(export);
    let roots = export.parameters.iter().filter(|p| matches!(p.kind, Kind::Root(_))).count();
    let abi_result = match &outcome {
        Outcome::Unboxed(ty) => quote!(<#ty as ::bactrian::__private::shim::Unboxed>::Abi),
        _ => quote!(::bactrian::RawOCaml),
    };
    let region = matches!(export.context, Context::Region { .. });
    let (make_room, enter) = if region || roots != 0 {
        (
            quote! {
                if !::bactrian::__private::shim::has_room(#region, #roots) {
                    return __bactrian_again(#(#words),*);
                }
            },
            // SAFETY (of what is generated): the shim has just seen that there is room for them, and leaves them before it returns.
            quote!(let __bactrian_arguments = unsafe { ::bactrian::__private::shim::Arguments::enter(#region, #roots) };),
        )
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let again = (region || roots != 0).then(|| {
        quote! {
            /// # Safety
            ///
            /// As for `__bactrian_shim`.
            #[cold]
            #[inline(never)]
            unsafe extern "C" fn __bactrian_again(#(#words: #abi_types),*) -> #abi_result {
                // SAFETY: the words are the call's own, and making room does not collect.
                unsafe {
                    ::bactrian::__private::shim::make_room(#region, #roots);
                    __bactrian_shim(#(#words),*)
                }
            }
        }
    });
    let extract = match (&outcome, raised) {
        (Outcome::Word(read), true) => quote! {
            let __bactrian_result = match __bactrian_result {
                ::core::result::Result::Ok(value) => ::core::result::Result::Ok(#read(&value)),
                ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
            };
        },
        (Outcome::Word(read), false) => quote!(let __bactrian_result = #read(&__bactrian_result);),
        _ => TokenStream::new(),
    };
    let convert = match &outcome {
        Outcome::Word(_) => quote!(::core::result::Result::Ok(__bactrian_result)),
        Outcome::Plain(ty) => {
            let word = plain_result(export, ty);
            quote!(::core::result::Result::Ok(#word))
        }
        Outcome::Unboxed(_) => {
            quote!(::bactrian::__private::shim::unboxed_result(__bactrian_rt, __bactrian_result))
        }
    };
    let convert = if raised { or_raise(&quote!(__bactrian_result), &convert) } else { convert };
    let may_release = matches!(export.context, Context::Exclusive | Context::Region { .. });
    let enter_call = if may_release && !matches!(outcome, Outcome::Unboxed(_)) {
        quote!(::bactrian::__private::shim::call_with_runtime)
    } else {
        quote!(::bactrian::__private::shim::call)
    };
    Ok(quote! {
        #again

        // SAFETY: OCaml calls this with live words of the declared types, and with the domain's lock held.
        #[unsafe(export_name = #symbol)]
        #[allow(unused_variables, unused_mut, unused_unsafe, clippy::all, clippy::pedantic)]
        unsafe extern "C" fn __bactrian_shim(#(#words: #abi_types),*) -> #abi_result {
            // SAFETY: the words are live and the lock is held, see above. Each is read once, before anything can collect or
            // after it was rooted, and is given to the type that the signature states.
            unsafe {
                #make_room
                #enter_call(#name, |__bactrian_rt: &mut ::bactrian::OCamlRuntime| {
                    #enter
                    let __bactrian_result = {
                        #call
                        #extract
                        __bactrian_result
                    };
                    #convert
                })
            }
        }
    })
}

/// The type of the value, and whether an `Err` is raised.
pub fn results(export: &Export) -> Result<(&Type, bool), Error> {
    if !export.options.raise {
        return Ok((&export.result, false));
    }
    if is_named(&export.result, "Result")
        && let Some(value) = type_arguments(&export.result).first()
    {
        return Ok((value, true));
    }
    Err(Error::new(
        export.result.span(),
        "`raise` turns the `Err` of a result into an exception: return `Result<T, E>`, written out",
    ))
}

/// `convert` for the `Ok` of a result; what its `Err` raises.
pub fn or_raise(result: &TokenStream, convert: &TokenStream) -> TokenStream {
    quote! {
        match #result {
            ::core::result::Result::Ok(__bactrian_result) => #convert,
            ::core::result::Result::Err(error) => ::core::result::Result::Err(::bactrian::IntoOCamlException::into_ocaml_exception(error, __bactrian_rt)),
        }
    }
}

/// The word of a Rust result.
pub fn plain_result(export: &Export, ty: &Type) -> TokenStream {
    let ty = crate::types::without_lifetimes(ty);
    match &export.options.returns {
        Some(as_) => {
            quote!(::bactrian::__private::shim::result_as::<#ty, #as_>(__bactrian_rt, __bactrian_result))
        }
        None => {
            quote!(::bactrian::__private::shim::result::<#ty, _>(__bactrian_rt, __bactrian_result))
        }
    }
}

/// `let result = function(…);` with its arguments converted.
fn call(export: &Export) -> TokenStream {
    let function = export.callee();
    let name = export.name();
    let words = export.words();
    let borrows = export.parameters.iter().any(|parameter| {
        matches!(parameter.kind, Kind::Value(_) | Kind::Str | Kind::Bytes | Kind::Floats)
    });
    // SAFETY (of what is generated): it lives in the shim, whose words stay where they are until something allocates, and the
    // function has no handle with which it could.
    let borrow = borrows.then(
        || quote!(let __bactrian_borrow = unsafe { ::bactrian::__private::shim::Borrow::new() };),
    );
    let mut index = 0usize;
    let conversions = export.parameters.iter().zip(&words).map(|(parameter, word)| {
        let argument = &parameter.name;
        let value = match &parameter.kind {
            Kind::Owned { ty, as_: None } => {
                quote!(::bactrian::__private::shim::owned::<#ty>(__bactrian_rt, #name, #argument, #word)?)
            }
            Kind::Owned { ty, as_: Some(as_) } => {
                quote!(::bactrian::__private::shim::owned_as::<#ty, #as_>(__bactrian_rt, #name, #argument, #word)?)
            }
            Kind::Unboxed(ty) => quote!(<#ty as ::bactrian::__private::shim::Unboxed>::of_abi(#word)),
            Kind::Root(marker) => { let i = index; index += 1; quote!(__bactrian_arguments.root::<#marker>(#i, #word)) }
            Kind::Value(marker) => quote!(__bactrian_borrow.value::<#marker>(#word)),
            Kind::Lent(marker) => quote!(::bactrian::__private::shim::Lent::<#marker>::new(#word)),
            Kind::Str => quote!(__bactrian_borrow.str(__bactrian_rt, #name, #argument, #word)?),
            Kind::Bytes => quote!(__bactrian_borrow.bytes(#word)),
            Kind::Floats => quote!(__bactrian_borrow.floats(#word)),
            Kind::Borrowed { ty, mutable: false } => {
                quote!(&*::bactrian::__private::shim::borrowed::<#ty>(__bactrian_rt, #name, #argument, #word)?)
            }
            Kind::Borrowed { ty, mutable: true } => {
                quote!(&mut *::bactrian::__private::shim::borrowed_mut::<#ty>(__bactrian_rt, #name, #argument, #word)?)
            }
            Kind::Taken(ty) => {
                quote!(::bactrian::__private::shim::taken::<#ty>(__bactrian_rt, #name, #argument, #word)?)
            }
        };
        (matches!(parameter.kind, Kind::Root(_)), quote!(let #word = #value;))
    }).collect::<Vec<_>>();
    let roots = conversions.iter().filter(|c| c.0).map(|c| &c.1).collect::<Vec<_>>();
    let conversions = conversions.iter().filter(|c| !c.0).map(|c| &c.1).collect::<Vec<_>>();
    let (region, context) = match export.context {
        Context::None => (None, None),
        Context::Shared => (None, Some(quote!(&*__bactrian_rt,))),
        Context::Exclusive => (None, Some(quote!(&mut *__bactrian_rt,))),
        Context::Region { mutable } => (
            Some(
                // SAFETY (of what is generated): the arguments were entered by this call, with a region.
                quote!(let mut __bactrian_region = unsafe { __bactrian_arguments.region(&mut *__bactrian_rt) };),
            ),
            Some(if mutable {
                quote!(&mut __bactrian_region,)
            } else {
                quote!(&__bactrian_region,)
            }),
        ),
    };
    let (receiver, arguments) = export.receiver_and_arguments(&words);
    quote! {
        #borrow
        #(#roots)*
        #(#conversions)*
        #region
        let __bactrian_result = #function(#receiver #context #(#arguments),*);
    }
}

/// The shim of a function that neither allocates nor raises.
fn noalloc(export: &Export) -> Result<TokenStream, Error> {
    let symbol = export.symbol();
    let name = export.name();
    let function = export.callee();
    let (words, abi_types) = (export.words(), export.abi_types());
    let conversions = export.parameters.iter().zip(&words).map(|(parameter, word)| {
        let value = match &parameter.kind {
            Kind::Unboxed(ty) => {
                quote!(<#ty as ::bactrian::__private::shim::Unboxed>::of_abi(#word))
            }
            Kind::Value(marker) => quote!(__bactrian_borrow.value::<#marker>(#word)),
            Kind::Lent(marker) => quote!(::bactrian::__private::shim::Lent::<#marker>::new(#word)),
            Kind::Bytes => quote!(__bactrian_borrow.bytes(#word)),
            Kind::Floats => quote!(__bactrian_borrow.floats(#word)),
            Kind::Owned { ty, .. } => {
                quote!(<#ty as ::bactrian::__private::shim::NoallocArgument>::of_raw(#word))
            }
            // Refused when the parameters were read.
            Kind::Root(_) | Kind::Str | Kind::Borrowed { .. } | Kind::Taken(_) => {
                quote!(::core::unreachable!())
            }
        };
        quote!(let #word = #value;)
    });
    let context = (export.context == Context::Shared).then(|| quote!(&__bactrian_rt,));
    let (abi_result, convert) = if export.unboxed_result() {
        let ty = &export.result;
        (
            quote!(<#ty as ::bactrian::__private::shim::Unboxed>::Abi),
            quote!(::bactrian::__private::shim::unboxed_result_noalloc(#name, __bactrian_result)),
        )
    } else if is_named(&export.result, "OCaml") {
        (quote!(::bactrian::RawOCaml), quote!(::bactrian::OCaml::raw(&__bactrian_result)))
    } else {
        (
            quote!(::bactrian::RawOCaml),
            quote!(::bactrian::__private::shim::NoallocResult::to_raw(__bactrian_result)),
        )
    };
    let arguments = &words[..export.parameters.len()];
    Ok(quote! {
        // SAFETY: OCaml calls this with live words of the declared types, and with the domain's lock held. A
        // panic aborts at this `extern "C"`, after the message was printed.
        #[unsafe(export_name = #symbol)]
        #[allow(unused_variables, unused_mut, unused_unsafe, clippy::all, clippy::pedantic)]
        unsafe extern "C" fn __bactrian_shim(#(#words: #abi_types),*) -> #abi_result {
            // SAFETY: as above. Nothing allocates in OCaml's heap until this returns: `Noalloc` and the missing handle see to it.
            unsafe {
                let __bactrian_borrow = ::bactrian::__private::shim::Borrow::new();
                let __bactrian_rt = ::bactrian::OCamlRuntime::recover();
                let __bactrian_noalloc = ::bactrian::__private::shim::Noalloc::enter(#name);
                #(#conversions)*
                let __bactrian_result = #function(#context #(#arguments),*);
                #convert
            }
        }
    })
}
