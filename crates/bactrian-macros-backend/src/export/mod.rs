//! `#[export]`.

mod asynchronous;
mod lend;
mod methods;
mod options;
mod parameter;
mod reserved;
mod stream;
mod synchronous;

use options::Options;
use parameter::Context;
pub use parameter::{Kind, Parameter};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Error, FnArg, GenericParam, Ident, ItemFn, ItemImpl, PatType, Receiver, ReturnType, Signature,
    Type,
};

/// Expands `#[export(attribute)] item`.
pub fn export(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if let Ok(methods) = syn::parse2::<ItemImpl>(item.clone()) {
        return methods::export(attribute, methods);
    }
    let kept = item.clone();
    match expand(attribute, item) {
        Ok(tokens) => tokens,
        Err(error) => {
            // The function stays, without our attributes, so that the only error is ours.
            let error = error.into_compile_error();
            let kept = without_attributes(kept);
            quote!(#kept #error)
        }
    }
}

/// A function without `#[ocaml(…)]` on its parameters; what is no function stays as it is.
fn without_attributes(item: TokenStream) -> TokenStream {
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else { return item };
    strip(&mut function.sig);
    quote!(#function)
}

/// Takes our attributes off the parameters.
fn strip(signature: &mut Signature) {
    for argument in &mut signature.inputs {
        let (FnArg::Receiver(Receiver { attrs, .. }) | FnArg::Typed(PatType { attrs, .. })) =
            argument;
        attrs.retain(|attribute| !attribute.path().is_ident("ocaml"));
    }
}

/// What a shim is made from.
pub struct Export {
    pub options: Options,
    pub function: ItemFn,
    context: Context,
    pub parameters: Vec<Parameter>,
    result: Type,
    /// The type whose method the function is.
    pub owner: Option<Owner>,
}

/// The type that a method is of.
#[derive(Clone)]
pub struct Owner {
    pub ty: Type,
    /// What the symbol begins with.
    pub prefix: String,
    /// The OCaml module that the method is in.
    pub module: Option<syn::LitStr>,
}

fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    let options = syn::parse2::<Options>(attribute)?;
    let mut function = syn::parse2::<ItemFn>(item)?;
    let shim = shim(options, &mut function, None)?;
    Ok(quote! {
        // `OCaml<T>` as a result borrows from the handle, whether or not its lifetime is written.
        #[allow(mismatched_lifetime_syntaxes)]
        #function
        #shim
    })
}

/// What the function's `extern` functions are; our attributes on its parameters go.
fn shim(
    mut options: Options,
    function: &mut ItemFn,
    owner: Option<Owner>,
) -> Result<TokenStream, Error> {
    options.settle(function)?;
    check_signature(function)?;
    check_result(function)?;
    let owner_type = owner.as_ref().map(|owner| &owner.ty);
    let (context, mut parameters) = parameter::parse(function, &options, owner_type)?;
    if owner.is_none() {
        lend::lend(function, context, &mut parameters);
    } else {
        lend::refuse(context, &parameters)?;
    }
    let result = match &function.sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    let export = Export { options, function: function.clone(), context, parameters, result, owner };
    for (name, span) in export.symbols() {
        if let Some(why) = reserved::refusal(&name) {
            return Err(Error::new(span, why));
        }
    }
    let shim = match &export.options.stream {
        Some(item) => stream::shim(&export, item)?,
        None if export.options.is_async() => asynchronous::shim(&export)?,
        None => synchronous::shim(&export)?,
    };
    let bytecode = export.bytecode_stub();
    let schema = crate::schema::function(&export)?;
    let aliases = export.type_parameter_aliases();
    Ok(quote! {
        const _: () = {
            #aliases
            #shim
            #bytecode
        };

        #schema
    })
}

fn check_signature(function: &ItemFn) -> Result<(), Error> {
    let signature = &function.sig;
    if let Some(variadic) = &signature.variadic {
        return Err(Error::new(variadic.span(), "an exported function cannot be variadic"));
    }
    if let Some(abi) = &signature.abi {
        return Err(Error::new(
            abi.span(),
            "`#[export]` makes the `extern` function: write a plain `fn`",
        ));
    }
    if let Some(unsafety) = &signature.unsafety {
        return Err(Error::new(
            unsafety.span(),
            "OCaml cannot promise what an `unsafe fn` asks for: export a safe function",
        ));
    }
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Lifetime(_) => {}
            GenericParam::Type(ty) if ty.bounds.is_empty() => {}
            GenericParam::Type(ty) => {
                return Err(Error::new(
                    ty.bounds.span(),
                    "a type parameter of an exported function stands for any OCaml type (`'a`), so it cannot have bounds",
                ));
            }
            GenericParam::Const(constant) => {
                return Err(Error::new(
                    constant.span(),
                    "an exported function cannot have const parameters",
                ));
            }
        }
    }
    Ok(())
}

/// What borrows an argument is gone when the result is converted.
fn check_result(function: &ItemFn) -> Result<(), Error> {
    if let ReturnType::Type(_, ty) = &function.sig.output
        && let Type::Reference(reference) = &**ty
    {
        let owned = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
        if !owned && !crate::types::is_named(&reference.elem, "OCamlCell") {
            return Err(Error::new(
                reference.span(),
                "an exported function cannot return what it borrows from an argument, which may move while the result \
                     is made: return an owned value",
            ));
        }
    }
    Ok(())
}

impl Export {
    /// The name that OCaml's `external` gives.
    pub fn symbol(&self) -> String {
        self.options.name.as_ref().map_or_else(|| self.default_symbol(), |name| name.value())
    }

    /// The function's name, after that of its type for a method.
    fn default_symbol(&self) -> String {
        let name = self.function.sig.ident.unraw().to_string();
        match &self.owner {
            Some(owner) => format!("{}{name}", owner.prefix),
            None => name,
        }
    }

    /// What the shim calls.
    fn callee(&self) -> TokenStream {
        let name = &self.function.sig.ident;
        match &self.owner {
            Some(Owner { ty, .. }) => quote!(<#ty>::#name),
            None => quote!(#name),
        }
    }

    /// The arguments, of which a receiver comes before the runtime.
    fn receiver_and_arguments<'a>(&self, words: &'a [Ident]) -> (TokenStream, &'a [Ident]) {
        let words = &words[..self.parameters.len()];
        match (self.function.sig.receiver(), words) {
            (Some(_), [receiver, arguments @ ..]) => (quote!(#receiver,), arguments),
            _ => (TokenStream::new(), words),
        }
    }

    /// The symbols that are chosen by the user, and where.
    fn symbols(&self) -> Vec<(String, proc_macro2::Span)> {
        let own = match &self.options.name {
            Some(name) => (name.value(), name.span()),
            None => (self.default_symbol(), self.function.sig.ident.span()),
        };
        let bytecode = self.options.bytecode.as_ref().map(|name| (name.value(), name.span()));
        [own].into_iter().chain(bytecode).collect()
    }

    /// The function's name in messages.
    fn name(&self) -> String {
        self.default_symbol()
    }

    /// `'a`, `'b` …: nothing is known of the values.
    fn type_parameter_aliases(&self) -> TokenStream {
        let names = self.function.sig.generics.type_params().map(|parameter| &parameter.ident);
        quote!(#(#[allow(dead_code)] type #names = ::bactrian::OCamlAny;)*)
    }

    /// The words of the call, one each parameter; a function without any takes `()`.
    fn words(&self) -> Vec<Ident> {
        (0..self.parameters.len().max(1))
            .map(|index| format_ident!("__bactrian_word_{index}"))
            .collect()
    }

    /// What each word is in the registers.
    fn abi_types(&self) -> Vec<TokenStream> {
        let raw = quote!(::bactrian::RawOCaml);
        if self.parameters.is_empty() {
            return vec![raw];
        }
        self.parameters
            .iter()
            .map(|parameter| match &parameter.kind {
                Kind::Unboxed(ty) => quote!(<#ty as ::bactrian::__private::shim::Unboxed>::Abi),
                _ => raw.clone(),
            })
            .collect()
    }

    /// The type of the value that is returned when nothing is raised.
    pub fn value_type(&self) -> &Type {
        if let Some(item) = &self.options.stream {
            return stream::element(item, self.options.raise).map_or(item, |(value, _)| value);
        }
        match synchronous::results(self) {
            Ok((value, _)) => value,
            Err(_) => &self.result,
        }
    }

    /// Whether the result comes in a register as it is.
    pub fn unboxed_result(&self) -> bool {
        self.options.unboxed
            && self.options.returns.is_none()
            && parameter::is_unboxable(self.value_type())
    }

    /// The type constructor of the promise or stream that OCaml gets.
    pub fn promise(&self) -> Option<&'static str> {
        match (self.options.is_async(), &self.options.lwt) {
            _ if self.options.stream.is_some() => {
                Some(if self.options.lwt.is_some() { "Lwt_stream.t" } else { "Bactrian.Stream.t" })
            }
            (_, Some(_)) => Some("Lwt.t"),
            (true, None) => Some("Bactrian.Future.t"),
            (false, None) => None,
        }
    }

    /// The symbol of the second function that bytecode needs: over five arguments, or with unboxed ones.
    pub fn bytecode_symbol(&self) -> Option<String> {
        let unboxed = self.unboxed_result()
            || self.parameters.iter().any(|parameter| matches!(parameter.kind, Kind::Unboxed(_)));
        match &self.options.bytecode {
            Some(name) => Some(name.value()),
            None => (unboxed || self.words().len() > 5).then(|| format!("{}_byte", self.symbol())),
        }
    }

    /// That function.
    fn bytecode_stub(&self) -> TokenStream {
        let words = self.words();
        let many = words.len() > 5;
        let Some(symbol) = self.bytecode_symbol() else { return TokenStream::new() };
        let raw = quote!(::bactrian::RawOCaml);
        let (parameters, read) = if many {
            let indices = 0..words.len();
            (
                quote!(__bactrian_words: *const #raw, _count: ::core::ffi::c_int),
                // SAFETY (of what is generated): the interpreter gives as many words as the external has arguments.
                quote!(#(let #words = unsafe { *__bactrian_words.add(#indices) };)*),
            )
        } else {
            (quote!(#(#words: #raw),*), TokenStream::new())
        };
        let arguments = words.iter().enumerate().map(|(index, word)| {
            match self.parameters.get(index).map(|parameter| &parameter.kind) {
                Some(Kind::Unboxed(ty)) => {
                    quote!(<#ty as ::bactrian::__private::shim::Unboxed>::abi_of_boxed(#word))
                }
                _ => quote!(#word),
            }
        });
        let call = quote!(__bactrian_shim(#(#arguments),*));
        let call = if self.unboxed_result() {
            let ty = self.value_type();
            quote! {{
                let __bactrian_result = #call;
                let mut __bactrian_runtime = ::bactrian::OCamlRuntime::recover();
                <#ty as ::bactrian::__private::shim::Unboxed>::to_boxed(
                    __bactrian_result,
                    &mut __bactrian_runtime,
                )
            }}
        } else {
            call
        };
        quote! {
            // SAFETY: the bytecode interpreter passes live words of the declared types, with the lock held;
            // the native shim raises from a frame above this one, which has nothing to drop.
            #[unsafe(export_name = #symbol)]
            unsafe extern "C" fn __bactrian_bytecode(#parameters) -> #raw {
                #read
                // SAFETY: these are the words of the declared types, live until the shim has taken them.
                unsafe { #call }
            }
        }
    }
}
