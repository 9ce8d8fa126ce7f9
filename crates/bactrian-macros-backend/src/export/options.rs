//! The words between the parentheses of `#[export(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, ItemFn, LitStr, Token, Type};

/// What the attribute asks for.
#[derive(Default)]
pub struct Options {
    /// `name = "symbol"`: the name for OCaml, if not the function's.
    pub name: Option<LitStr>,
    /// `bytecode = "symbol"`: the name of the bytecode stub.
    pub bytecode: Option<LitStr>,
    /// `returns = "OCamlType"`: the OCaml type of the result, if not the default.
    pub returns: Option<Type>,
    /// `noalloc`: neither allocates nor raises.
    pub noalloc: Option<Ident>,
    /// `unboxed`: numbers go through registers.
    pub unboxed: bool,
    /// `raise`: `Err` is raised.
    pub raise: bool,
    /// `lwt`: an `async fn` that gives an `Lwt.t`.
    pub lwt: Option<Ident>,
    /// How it is called in OCaml.
    pub schema: crate::schema::FunctionOptions,
    /// `parallel`: an `async fn` that runs on tokio's threads.
    pub parallel: Option<Ident>,
    /// The function is an `async fn`, or should be, or returns a stream.
    pub asynchronous: bool,
    /// The function returns a stream of these items.
    pub stream: Option<Type>,
}

impl Options {
    /// Takes note of the function, whose `async` decides about some options.
    pub fn settle(&mut self, function: &ItemFn) -> Result<(), Error> {
        let signature = &function.sig;
        self.stream = super::stream::item(function);
        self.asynchronous = signature.asyncness.is_some()
            || self.lwt.is_some()
            || self.parallel.is_some()
            || self.stream.is_some();
        if self.stream.is_some() {
            return super::stream::check(function, self);
        }
        if let (Some(_), Some(noalloc)) = (&signature.asyncness, &self.noalloc) {
            return Err(Error::new(
                noalloc.span(),
                "an async function allocates its future: it is not `noalloc`",
            ));
        }
        if let (Some(asyncness), true) = (&signature.asyncness, self.unboxed) {
            return Err(Error::new(
                asyncness.span,
                "an async function returns a future, which is a block: `unboxed` has no meaning",
            ));
        }
        Ok(())
    }

    /// Whether the function is asynchronous, or is to be: it outlives the call that starts it.
    pub fn is_async(&self) -> bool {
        self.asynchronous
    }
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let mut options = Options::default();
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            match word.to_string().as_str() {
                "name" => options.name = Some(string(input)?),
                "bytecode" => options.bytecode = Some(string(input)?),
                "returns" => options.returns = Some(string(input)?.parse()?),
                "noalloc" => options.noalloc = Some(word),
                "unboxed" => options.unboxed = true,
                "raise" => options.raise = true,
                "lwt" => options.lwt = Some(word),
                "parallel" => options.parallel = Some(word),
                "no_panic_catch" => {
                    return Err(Error::new(
                        word.span(),
                        "`no_panic_catch` does not exist here: a panic that crosses into OCaml is undefined behaviour, and \
                         catching it costs nothing when there is none",
                    ));
                }
                _ if options.schema.take(&word, input)? => {}
                other => {
                    return Err(Error::new(
                        word.span(),
                        format!(
                            "`{other}` is no option of `export`; there are name, bytecode, returns, noalloc, unboxed, raise, \
                             lwt, parallel, module, rename and unlisted"
                        ),
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if let (Some(noalloc), true) = (&options.noalloc, options.raise) {
            return Err(Error::new(noalloc.span(), "a noalloc function cannot raise"));
        }
        if let (Some(noalloc), true) = (&options.noalloc, options.returns.is_some()) {
            return Err(Error::new(
                noalloc.span(),
                "a noalloc function returns a word as it is, so `returns` has no meaning: for an `int64`, `int32` or \
                 `float` write `unboxed`",
            ));
        }
        if let (Some(lwt), true) = (&options.lwt, options.noalloc.is_some() || options.unboxed) {
            return Err(Error::new(
                lwt.span(),
                "a function that returns a promise allocates it: `lwt` goes with neither `noalloc` nor `unboxed`",
            ));
        }
        Ok(options)
    }
}

fn string(input: ParseStream) -> Result<LitStr, Error> {
    input.parse::<Token![=]>()?;
    input.parse()
}
