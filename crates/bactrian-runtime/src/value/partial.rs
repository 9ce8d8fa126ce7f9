//! OCaml functions given some of their arguments, and what that makes of their types.

use crate::conv::FromOCaml;
use crate::exception::OCamlException;
use crate::roots::BoxRoot;
use crate::runtime::OCamlRuntime;
use crate::value::{CallArguments, OCaml, OCamlCell, OCamlFn};

/// A tuple of arguments that begins with those of `First`.
///
/// # Safety
/// Taking `First` and then `Rest` must be taking all of them.
#[diagnostic::on_unimplemented(
    message = "a function that takes `{Self}` cannot be given `{First}` first",
    note = "the arguments given are the first ones, of the same types, and some must be left"
)]
pub unsafe trait SplitArguments<First> {
    /// The arguments that are left.
    type Rest;
}

/// A tuple of arguments that `Rest` can come after.
///
/// # Safety
/// Taking these and then `Rest` must be taking all of `Joined`.
#[diagnostic::on_unimplemented(
    message = "`{Rest}` cannot come after `{Self}`: a call has nine arguments at most"
)]
pub unsafe trait JoinArguments<Rest> {
    /// All of them.
    type Joined;
}

macro_rules! splits {
    ($($first:ident)+;) => {};
    ($($first:ident)+; $next:ident $($rest:ident)*) => {
        // SAFETY: the types are the same, in the same order.
        unsafe impl<$($first,)+ $next, $($rest),*> SplitArguments<($($first,)+)>
            for ($($first,)+ $next, $($rest,)*)
        {
            type Rest = ($next, $($rest,)*);
        }

        // SAFETY: the types are the same, in the same order.
        unsafe impl<$($first,)+ $next, $($rest),*> JoinArguments<($next, $($rest,)*)>
            for ($($first,)+)
        {
            type Joined = ($($first,)+ $next, $($rest,)*);
        }

        splits!($($first)+ $next; $($rest)*);
    };
}

splits!(A; B);
splits!(A; B C);
splits!(A; B C D);
splits!(A; B C D E);
splits!(A; B C D E F);
splits!(A; B C D E F G);
splits!(A; B C D E F G H);
splits!(A; B C D E F G H I);

impl<Args, R> OCamlCell<OCamlFn<Args, R>> {
    /// Gives the function its first arguments; the result is the function of those that are left.
    ///
    /// A function that was written to return a function runs so far, and may raise.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlException, OCamlFn, OCamlRuntime};
    /// fn with_prefix(
    ///     rt: &mut OCamlRuntime,
    ///     concat: &OCamlFn<(String, String), String>,
    /// ) -> Result<OCamlFn<(String,), String>, OCamlException> {
    ///     concat.partial(rt, ("prefix".to_owned(),))
    /// }
    /// ```
    pub fn partial<First: CallArguments>(
        &self,
        rt: &mut OCamlRuntime,
        first: First,
    ) -> Result<OCamlFn<Args::Rest, R>, OCamlException>
    where
        Args: SplitArguments<First>,
    {
        crate::import::before(rt);
        // SAFETY: the cell holds a function that takes these arguments first, and with fewer than all of them its result
        // is a function of the others. It is read after the arguments were converted, which may have moved it.
        unsafe {
            let rest = first.apply(rt, |_| self.get_raw())?;
            Ok(OCamlFn::from_ocaml(OCaml::new(rt, rest)))
        }
    }
}

impl<Args, R> OCamlFn<Args, R> {
    /// The same function, as one that takes its first arguments and returns a function of the others: `a -> b -> r` is
    /// `a -> (b -> r)` to OCaml.
    pub fn curried<First>(self) -> OCamlFn<First, OCamlFn<Args::Rest, R>>
    where
        Args: SplitArguments<First>,
    {
        // SAFETY: the two types are one to OCaml.
        unsafe { self.retyped() }
    }
}

impl<First, Rest, R> OCamlFn<First, OCamlFn<Rest, R>> {
    /// The same function, as one that takes all arguments at once, also those of the function that it returns.
    pub fn uncurried(self) -> OCamlFn<First::Joined, R>
    where
        First: JoinArguments<Rest>,
    {
        // SAFETY: the two types are one to OCaml.
        unsafe { self.retyped() }
    }
}

impl<Args, R> OCamlFn<Args, R> {
    /// # Safety
    /// The two types must be one to OCaml.
    unsafe fn retyped<Args2, R2>(self) -> OCamlFn<Args2, R2> {
        // SAFETY: a root is a root whatever its type; passed on.
        OCamlFn::from_root(unsafe { BoxRoot::retyped(self.into_root()) })
    }
}
