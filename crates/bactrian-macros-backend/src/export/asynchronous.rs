//! The shim of an `async fn`.

use super::Export;
use super::parameter::{Kind, Parameter};
use super::synchronous::{or_raise, plain_result, results};
use crate::types::is_named;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Ident};

/// The `extern "C"` function: it owns the arguments, makes the future and hands it to the executor of the domain.
pub fn shim(export: &Export) -> Result<TokenStream, Error> {
    if export.function.sig.asyncness.is_none() {
        let message = if export.options.lwt.is_some() {
            "`lwt` is for an `async fn`, or one that returns `impl Stream<Item = T>`: a plain function returns its result at once"
        } else {
            "`parallel` is for an `async fn`: a plain function returns its result at once"
        };
        return Err(Error::new(export.function.sig.fn_token.span(), message));
    }
    let (value, raised) = results(export)?;
    if is_named(value, "OCaml") || is_named(value, "OCamlRef") {
        return Err(Error::new(
            value.span(),
            "an async function cannot return an unrooted value: return a Rust value or `BoxRoot<T>`",
        ));
    }
    let name = export.name();
    let function = export.callee();
    let words = export.words();
    let conversions = conversions(export, &words);
    let word = plain_result(export, value);
    let convert = quote!(::core::result::Result::Ok(#word));
    let convert = if raised { or_raise(&quote!(__bactrian_result), &convert) } else { convert };
    let arguments = &words[..export.parameters.len()];
    let mut future = quote!(#function(#(#arguments),*));
    if export.options.parallel.is_some() {
        // An error that says that the future is not `Send` points at the function's name.
        let parallel = quote_spanned!(function.span()=> ::bactrian::__private::task::parallel);
        future = quote!(#parallel(#future));
    }
    let start = if export.options.lwt.is_some() {
        quote! {
            ::bactrian::__private::task::export_lwt(
                __bactrian_rt,
                #name,
                __bactrian_future,
                |__bactrian_result, __bactrian_rt| #convert,
            )
        }
    } else {
        let threads = threads(&quote!(__bactrian_future));
        quote! {
            #threads
            ::bactrian::__private::task::export_future(
                __bactrian_rt,
                #name,
                __bactrian_threads,
                __bactrian_future,
                |__bactrian_result, __bactrian_rt| #convert,
            )
        }
    };
    let body = quote! {
        #(#conversions)*
        let __bactrian_future = #future;
        #start
    };
    Ok(frame(export, &body))
}

/// The function that OCaml calls, around what it does.
pub fn frame(export: &Export, body: &TokenStream) -> TokenStream {
    let (symbol, name, words) = (export.symbol(), export.name(), export.words());
    quote! {
        // SAFETY: OCaml calls this with live words of the declared types, and with the domain's lock held.
        #[unsafe(export_name = #symbol)]
        #[allow(unused_variables, unused_mut, unused_unsafe, clippy::all, clippy::pedantic)]
        unsafe extern "C" fn __bactrian_shim(#(#words: ::bactrian::RawOCaml),*) -> ::bactrian::RawOCaml {
            unsafe {
                ::bactrian::__private::shim::call_with_runtime(#name, |__bactrian_rt: &mut ::bactrian::OCamlRuntime| {
                    #body
                })
            }
        }
    }
}

/// Which threads may poll a future or stream: the probe says `All` for one that is `Send`.
pub fn threads(polled: &TokenStream) -> TokenStream {
    quote! {
        let __bactrian_threads = {
            use ::bactrian::__private::task::{AnyFuture as _, SendFuture as _};
            (&&::bactrian::__private::task::Probe::of(&#polled)).threads()
        };
    }
}

/// The arguments, owned.
pub fn conversions(export: &Export, words: &[Ident]) -> Vec<TokenStream> {
    let name = export.name();
    let convert = |(parameter, word): (&Parameter, &Ident)| {
        let argument = &parameter.name;
        let value = match &parameter.kind {
            Kind::Owned { ty, as_: Some(as_) } => {
                quote!(::bactrian::__private::shim::owned_as::<#ty, #as_>(__bactrian_rt, #name, #argument, #word)?)
            }
            Kind::Owned { ty, as_: None } => {
                quote!(::bactrian::__private::shim::owned::<#ty>(__bactrian_rt, #name, #argument, #word)?)
            }
            Kind::Taken(ty) => {
                quote!(::bactrian::__private::shim::taken::<#ty>(__bactrian_rt, #name, #argument, #word)?)
            }
            // Refused when the parameters were read.
            _ => quote!(::core::unreachable!()),
        };
        quote!(let #word = #value;)
    };
    export.parameters.iter().zip(words).map(convert).collect()
}
