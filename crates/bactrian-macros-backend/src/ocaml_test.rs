//! `#[bactrian::ocaml_test]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, ItemFn, ReturnType, parse2};

/// Makes a function that takes the runtime a test.
pub fn ocaml_test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = match parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    match check(&attribute, &function) {
        Ok(()) => expand(&function),
        Err(error) => error.into_compile_error(),
    }
}

fn check(attribute: &TokenStream, function: &ItemFn) -> syn::Result<()> {
    let signature = &function.sig;
    if !attribute.is_empty() {
        return Err(syn::Error::new_spanned(attribute, "`bactrian::ocaml_test` takes no options"));
    }
    if let Some(asyncness) = &signature.asyncness {
        return Err(syn::Error::new_spanned(
            asyncness,
            "a test cannot be `async`: run a loop of the scheduler in it",
        ));
    }
    if !signature.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &signature.generics,
            "a test has no parameters of type or lifetime",
        ));
    }
    if signature.inputs.len() > 1 || matches!(signature.inputs.first(), Some(FnArg::Receiver(_))) {
        return Err(syn::Error::new_spanned(
            &signature.inputs,
            "a test takes the runtime, `rt: &mut OCamlRuntime`, or nothing",
        ));
    }
    Ok(())
}

fn expand(function: &ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block } = function;
    let Some(FnArg::Typed(runtime)) = sig.inputs.first() else {
        return quote!(#[::core::prelude::v1::test] #function);
    };
    let name = &sig.ident;
    let result = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, result) => quote!(#result),
    };
    let output = &sig.output;
    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #output {
            ::bactrian::__private::run_test::<#result>(|#runtime| #output #block)
        }
    }
}
