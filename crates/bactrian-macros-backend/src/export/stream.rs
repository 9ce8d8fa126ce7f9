//! The shim of a function that returns a stream.

use super::Export;
use super::asynchronous::{conversions, frame, threads};
use super::synchronous::or_raise;
use crate::types::{is_named, type_arguments};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Error, GenericArgument, ItemFn, Path, PathArguments, ReturnType, Type, TypeParamBound};

/// The type of the items, if the function returns `impl Stream<Item = T>` or a box of such.
pub fn item(function: &ItemFn) -> Option<Type> {
    let ReturnType::Type(_, ty) = &function.sig.output else { return None };
    item_of(ty)
}

fn item_of(ty: &Type) -> Option<Type> {
    match ty {
        Type::ImplTrait(stream) => stream.bounds.iter().find_map(item_of_bound),
        Type::TraitObject(stream) => stream.bounds.iter().find_map(item_of_bound),
        Type::Group(group) => item_of(&group.elem),
        Type::Paren(paren) => item_of(&paren.elem),
        // `Pin<Box<dyn Stream<Item = T>>>`, and the names of futures_util for it.
        Type::Path(_) if is_named(ty, "Pin") || is_named(ty, "Box") => {
            type_arguments(ty).first().and_then(|inner| item_of(inner))
        }
        Type::Path(_) if is_named(ty, "BoxStream") || is_named(ty, "LocalBoxStream") => {
            type_arguments(ty).first().map(|&item| item.clone())
        }
        _ => None,
    }
}

fn item_of_bound(bound: &TypeParamBound) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    item_of_path(&bound.path)
}

fn item_of_path(path: &Path) -> Option<Type> {
    let segment = path.segments.last().filter(|segment| segment.ident == "Stream")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(item) if item.ident == "Item" => Some(item.ty.clone()),
        _ => None,
    })
}

/// What goes with a stream.
pub fn check(function: &ItemFn, options: &super::Options) -> Result<(), Error> {
    if let Some(asyncness) = &function.sig.asyncness {
        return Err(Error::new(
            asyncness.span,
            "a function that returns a stream is a plain `fn`, since the stream can wait: move what is awaited into the stream \
             (`futures_util::stream::once(…).flatten()`, or a channel)",
        ));
    }
    if let Some(parallel) = &options.parallel {
        return Err(Error::new(
            parallel.span(),
            "a stream is polled by the domain that reads it: to make its elements on other threads, spawn a task there and \
             return the receiving end of a channel (`bactrian::task::channel`)",
        ));
    }
    let output = &function.sig.output;
    if options.noalloc.is_some() || options.unboxed {
        return Err(Error::new(
            output.span(),
            "a function that returns a stream allocates it: it goes with neither `noalloc` nor `unboxed`",
        ));
    }
    Ok(())
}

/// The type of the elements in Rust, and whether an `Err` is raised.
pub fn element(item: &Type, raise: bool) -> Result<(&Type, bool), Error> {
    if !raise {
        return Ok((item, false));
    }
    if is_named(item, "Result")
        && let Some(&value) = type_arguments(item).first()
    {
        return Ok((value, true));
    }
    Err(Error::new(
        item.span(),
        "`raise` turns the `Err` of an item into an exception: return `impl Stream<Item = Result<T, E>>`, written out",
    ))
}

/// The `extern "C"` function: it owns the arguments, makes the stream and gives OCaml one that reads it.
pub fn shim(export: &Export, item: &Type) -> Result<TokenStream, Error> {
    let (value, raised) = element(item, export.options.raise)?;
    if is_named(value, "OCaml") || is_named(value, "OCamlRef") {
        return Err(Error::new(
            value.span(),
            "a stream cannot give unrooted values: its items are Rust values or `BoxRoot<T>`",
        ));
    }
    let name = export.name();
    let function = export.callee();
    let words = export.words();
    let conversions = conversions(export, &words);
    let ty = crate::types::without_lifetimes(value);
    let word = match &export.options.returns {
        Some(as_) => {
            quote!(::bactrian::__private::shim::result_as::<::core::option::Option<#ty>, ::core::option::Option<#as_>>(__bactrian_rt, __bactrian_result))
        }
        None => {
            quote!(::bactrian::__private::shim::result::<::core::option::Option<#ty>, _>(__bactrian_rt, __bactrian_result))
        }
    };
    let convert = quote!(::core::result::Result::Ok(#word));
    let convert = if raised {
        or_raise(&quote!(::core::option::Option::transpose(__bactrian_result)), &convert)
    } else {
        convert
    };
    let arguments = &words[..export.parameters.len()];
    let (enter, start) = if export.options.lwt.is_some() {
        (quote!(enter_lwt), quote!(export_lwt_stream))
    } else {
        (quote!(enter_stream), quote!(export_stream))
    };
    let item = item.to_token_stream();
    let threads = threads(&quote!(__bactrian_stream));
    let body = quote! {
        let __bactrian_home = ::bactrian::__private::task::#enter(__bactrian_rt, #name)?;
        #(#conversions)*
        let __bactrian_stream = __bactrian_home.make(__bactrian_rt, || #function(#(#arguments),*));
        #threads
        ::bactrian::__private::task::#start(
            __bactrian_rt,
            __bactrian_home,
            #name,
            __bactrian_threads,
            __bactrian_stream,
            |__bactrian_result: ::core::option::Option<#item>, __bactrian_rt| #convert,
        )
    };
    Ok(frame(export, &body))
}
