//! `OCaml<T>` beside a handle: values that are lent until the handle allocates.

use super::parameter::{Context, Kind, Parameter};
use crate::types::{is_named, without_lifetimes};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ItemFn, Pat, ReturnType};

/// Rewrites a function that takes unrooted values beside a handle. `fn f(rt: &mut OCamlRuntime, x: OCaml<T>)` is given the word
/// of `x`, and begins with `let x: OCaml<'_, T> = …` that borrows from `rt`, so that the compiler rejects a use of `x`
/// after `rt` was used mutably. As written, the two would know nothing of each other.
///
/// Beside `&OCamlRuntime` nothing can go stale; there it gives the result a single lifetime to borrow from.
pub fn lend(function: &mut ItemFn, context: Context, parameters: &mut [Parameter]) {
    let lends = match context {
        Context::Exclusive => true,
        Context::Shared => returns_value(function),
        Context::None | Context::Region { .. } => false,
    };
    if !lends || !parameters.iter().any(|p| matches!(p.kind, Kind::Value(_))) {
        return;
    }
    let mut arguments = function.sig.inputs.iter_mut();
    let Some(FnArg::Typed(handle)) = arguments.next() else { return };
    if !matches!(&*handle.pat, Pat::Ident(_)) {
        handle.pat = syn::parse_quote!(__bactrian_handle);
    }
    let Pat::Ident(pattern) = &*handle.pat else { return };
    let handle = pattern.ident.clone();
    let mut bindings = Vec::new();
    for (index, (argument, parameter)) in arguments.zip(parameters).enumerate() {
        let (FnArg::Typed(argument), Kind::Value(marker)) = (argument, &parameter.kind) else {
            continue;
        };
        let (word, marker) = (format_ident!("__bactrian_lent_{index}"), marker.clone());
        let pattern = core::mem::replace(&mut *argument.pat, syn::parse_quote!(#word));
        let ty = without_lifetimes(&argument.ty);
        *argument.ty = syn::parse_quote!(::bactrian::__private::shim::Lent<#marker>);
        // SAFETY (of what is generated): these are the first statements, so nothing has collected since OCaml called.
        bindings.push(quote! {
            #[allow(unused_unsafe)]
            let #pattern: #ty = unsafe { #word.value(&*#handle) };
        });
        parameter.kind = Kind::Lent(marker);
    }
    let statements = &function.block.stmts;
    function.block = syn::parse_quote!({ #(#bindings)* #(#statements)* });
}

/// Refuses what [`lend`] does not rewrite: a method, whose body stays in its `impl`.
pub fn refuse(context: Context, parameters: &[Parameter]) -> Result<(), Error> {
    match parameters.iter().find(|parameter| matches!(parameter.kind, Kind::Value(_))) {
        Some(parameter) if context == Context::Exclusive => Err(Error::new(
            parameter.ty.span(),
            "this argument lies unrooted in the OCaml heap, and the method can allocate, which may move it: take \
             `OCamlRef<T>`, `BoxRoot<T>` or an owned value, or do without the mutable runtime",
        )),
        _ => Ok(()),
    }
}

fn returns_value(function: &ItemFn) -> bool {
    matches!(&function.sig.output, ReturnType::Type(_, ty) if is_named(ty, "OCaml"))
}
