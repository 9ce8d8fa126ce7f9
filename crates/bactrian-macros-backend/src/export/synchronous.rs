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
    if let Some(asyncness) = &export.function.sig.asyncness {
        return Err(Error::new(
            asyncness.span(),
            "an async function needs to know what it returns to OCaml: write `#[export(lwt)]` for an `Lwt.t`",
        ));
    }
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
                    return again(#(#words),*);
                }
            },
            quote!(let arguments = unsafe { ::bactrian::__private::shim::Arguments::enter(#region, #roots) };),
        )
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let again = (region || roots != 0).then(|| {
        quote! {
            #[cold]
            #[inline(never)]
            unsafe extern "C" fn again(#(#words: #abi_types),*) -> #abi_result {
                // SAFETY: the words are the call's own, and making room does not collect.
                unsafe {
                    ::bactrian::__private::shim::make_room(#region, #roots);
                    shim(#(#words),*)
                }
            }
        }
    });
    let extract = match (&outcome, raised) {
        (Outcome::Word(read), true) => quote! {
            let result = match result {
                ::core::result::Result::Ok(value) => ::core::result::Result::Ok(#read(&value)),
                ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
            };
        },
        (Outcome::Word(read), false) => quote!(let result = #read(&result);),
        _ => TokenStream::new(),
    };
    let convert = match &outcome {
        Outcome::Word(_) => quote!(::core::result::Result::Ok(result)),
        Outcome::Plain(ty) => {
            let word = plain_result(export, ty);
            quote!(::core::result::Result::Ok(#word))
        }
        Outcome::Unboxed(_) => quote!(::bactrian::__private::shim::unboxed_result(runtime, result)),
    };
    let convert = if raised {
        quote! {
            match result {
                ::core::result::Result::Ok(result) => #convert,
                ::core::result::Result::Err(error) => ::core::result::Result::Err(::bactrian::IntoOCamlException::into_ocaml_exception(error, runtime)),
            }
        }
    } else {
        convert
    };
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
        unsafe extern "C" fn shim(#(#words: #abi_types),*) -> #abi_result {
            unsafe {
                #make_room
                #enter_call(#name, |runtime: &mut ::bactrian::OCamlRuntime| {
                    #enter
                    let result = {
                        #call
                        #extract
                        result
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
    if is_named(&export.result, "Result") {
        if let Some(value) = type_arguments(&export.result).first() {
            return Ok((value, true));
        }
    }
    Err(Error::new(
        export.result.span(),
        "`raise` turns the `Err` of a result into an exception: return `Result<T, E>`, written out",
    ))
}

/// The word of a Rust result.
pub fn plain_result(export: &Export, ty: &Type) -> TokenStream {
    let ty = crate::types::without_lifetimes(ty);
    match &export.options.returns {
        Some(as_) => quote!(::bactrian::__private::shim::result_as::<#ty, #as_>(runtime, result)),
        None => quote!(::bactrian::__private::shim::result::<#ty>(runtime, result)),
    }
}

/// `let result = function(…);` with its arguments converted.
fn call(export: &Export) -> TokenStream {
    let function = &export.function.sig.ident;
    let name = export.name();
    let words = export.words();
    let borrows = export.parameters.iter().any(|parameter| {
        matches!(parameter.kind, Kind::Value(_) | Kind::Str | Kind::Bytes | Kind::Floats)
    });
    let borrow = borrows
        .then(|| quote!(let borrow = unsafe { ::bactrian::__private::shim::Borrow::new() };));
    let mut index = 0usize;
    let conversions = export.parameters.iter().zip(&words).map(|(parameter, word)| {
        let argument = &parameter.name;
        let value = match &parameter.kind {
            Kind::Owned { ty, as_: None } => {
                quote!(::bactrian::__private::shim::owned::<#ty>(runtime, #name, #argument, #word)?)
            }
            Kind::Owned { ty, as_: Some(as_) } => {
                quote!(::bactrian::__private::shim::owned_as::<#ty, #as_>(runtime, #name, #argument, #word)?)
            }
            Kind::Unboxed(ty) => quote!(<#ty as ::bactrian::__private::shim::Unboxed>::of_abi(#word)),
            Kind::Root(marker) => { let i = index; index += 1; quote!(arguments.root::<#marker>(#i, #word)) }
            Kind::Value(marker) => quote!(borrow.value::<#marker>(#word)),
            Kind::Str => quote!(borrow.str(runtime, #name, #argument, #word)?),
            Kind::Bytes => quote!(borrow.bytes(#word)),
            Kind::Floats => quote!(borrow.floats(#word)),
        };
        (matches!(parameter.kind, Kind::Root(_)), quote!(let #word = #value;))
    }).collect::<Vec<_>>();
    let roots = conversions.iter().filter(|c| c.0).map(|c| &c.1).collect::<Vec<_>>();
    let conversions = conversions.iter().filter(|c| !c.0).map(|c| &c.1).collect::<Vec<_>>();
    let (region, context) = match export.context {
        Context::None => (None, None),
        Context::Shared => (None, Some(quote!(&*runtime,))),
        Context::Exclusive => (None, Some(quote!(&mut *runtime,))),
        Context::Region { mutable } => (
            Some(quote!(let mut region = unsafe { arguments.region(&mut *runtime) };)),
            Some(if mutable { quote!(&mut region,) } else { quote!(&region,) }),
        ),
    };
    let arguments = &words[..export.parameters.len()];
    quote! {
        #borrow
        #(#roots)*
        #(#conversions)*
        #region
        let result = #function(#context #(#arguments),*);
    }
}

/// The shim of a function that neither allocates nor raises.
fn noalloc(export: &Export) -> Result<TokenStream, Error> {
    let symbol = export.symbol();
    let name = export.name();
    let function = &export.function.sig.ident;
    let (words, abi_types) = (export.words(), export.abi_types());
    let conversions = export.parameters.iter().zip(&words).map(|(parameter, word)| {
        let value = match &parameter.kind {
            Kind::Unboxed(ty) => {
                quote!(<#ty as ::bactrian::__private::shim::Unboxed>::of_abi(#word))
            }
            Kind::Value(marker) => quote!(borrow.value::<#marker>(#word)),
            Kind::Bytes => quote!(borrow.bytes(#word)),
            Kind::Floats => quote!(borrow.floats(#word)),
            Kind::Owned { ty, .. } => {
                quote!(<#ty as ::bactrian::__private::shim::NoallocArgument>::of_raw(#word))
            }
            // Refused when the parameters were read.
            Kind::Root(_) | Kind::Str => quote!(::core::unreachable!()),
        };
        quote!(let #word = #value;)
    });
    let context = (export.context == Context::Shared).then(|| quote!(&runtime,));
    let (abi_result, convert) = if export.unboxed_result() {
        let ty = &export.result;
        (
            quote!(<#ty as ::bactrian::__private::shim::Unboxed>::Abi),
            quote!(::bactrian::__private::shim::unboxed_result_noalloc(#name, result)),
        )
    } else if is_named(&export.result, "OCaml") {
        (quote!(::bactrian::RawOCaml), quote!(::bactrian::OCaml::raw(&result)))
    } else {
        (
            quote!(::bactrian::RawOCaml),
            quote!(::bactrian::__private::shim::NoallocResult::to_raw(result)),
        )
    };
    let arguments = &words[..export.parameters.len()];
    Ok(quote! {
        // SAFETY: OCaml calls this with live words of the declared types, and with the domain's lock held. A
        // panic aborts at this `extern "C"`, after the message was printed.
        #[unsafe(export_name = #symbol)]
        #[allow(unused_variables, unused_mut, unused_unsafe, clippy::all, clippy::pedantic)]
        unsafe extern "C" fn shim(#(#words: #abi_types),*) -> #abi_result {
            unsafe {
                let borrow = ::bactrian::__private::shim::Borrow::new();
                let runtime = ::bactrian::OCamlRuntime::recover();
                #(#conversions)*
                let result = #function(#context #(#arguments),*);
                #convert
            }
        }
    })
}
