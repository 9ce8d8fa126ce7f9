//! Tuples of two to ten, in region mode.

use super::Region;
use crate::alloc::small_block;
use crate::checked::checked;
use crate::ffi::mlvalues::RawOCaml;
use crate::value::OCamlRef;

mod sealed {
    pub trait Sealed {}
}

/// A tuple of two to ten roots, of which [`Region::tuple`] makes an OCaml tuple.
pub trait RootTuple: sealed::Sealed {
    /// The OCaml tuple.
    type Tuple;

    /// The block, whose fields are the words that the roots hold.
    ///
    /// # Safety
    /// The domain's lock must be held. May collect.
    #[doc(hidden)]
    #[cfg_attr(feature = "checked", track_caller)]
    unsafe fn block(&self) -> RawOCaml;
}

/// An OCaml tuple with a component at this index, counted from 0.
#[diagnostic::on_unimplemented(message = "`{Self}` has no component {INDEX}")]
pub trait Component<const INDEX: usize>: sealed::Sealed {
    /// The type of the component.
    type Type;
    /// How many components there are.
    #[doc(hidden)]
    const COUNT: usize;
}

macro_rules! tuples {
    ($([$($index:tt $name:ident),*])*) => {$(
        impl<$($name),*> sealed::Sealed for ($($name),*) {}

        impl<$($name),*> RootTuple for ($(OCamlRef<'_, $name>),*) {
            type Tuple = ($($name),*);

            #[inline(always)]
            unsafe fn block(&self) -> RawOCaml {
                // SAFETY: the words are live, and the caller vouches for the lock.
                unsafe { small_block(0, [$(self.$index.get_raw()),*]) }
            }
        }

        components!([$($name),*] $($index $name)*);
    )*};
}

macro_rules! components {
    ($all:tt $($index:tt $name:ident)*) => {$( component!($all $index $name); )*};
}

macro_rules! component {
    ([$($all:ident),*] $index:tt $name:ident) => {
        impl<$($all),*> Component<$index> for ($($all),*) {
            type Type = $name;
            const COUNT: usize = [$(stringify!($all)),*].len();
        }
    };
}

tuples! {
    [0 A, 1 B]
    [0 A, 1 B, 2 C]
    [0 A, 1 B, 2 C, 3 D]
    [0 A, 1 B, 2 C, 3 D, 4 E]
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F]
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G]
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H]
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I]
    [0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J]
}

/// The accessors by position.
macro_rules! accessors {
    ($($method:ident $index:literal $function:literal $doc:literal;)*) => {
        impl<'r> Region<'r> {$(
            #[doc = $doc]
            #[inline(always)]
            #[cfg_attr(feature = "checked", track_caller)]
            pub fn $method<T: Component<$index>>(
                &self,
                tuple: OCamlRef<'_, T>,
            ) -> OCamlRef<'r, <T as Component<$index>>::Type> {
                checked! { let _operation = self.used($function); }
                self.component::<$index, T>(tuple)
            }
        )*}
    };
}

accessors! {
    fst 0 "Region::fst" "The first component of a tuple, rooted.\n\n```no_run\nuse bactrian_runtime::{OCamlInt, OCamlRef, Region};\nfn swap<'r>(\n    r: &Region<'r>,\n    pair: OCamlRef<'_, (OCamlInt, String)>,\n) -> OCamlRef<'r, (String, OCamlInt)> {\n    r.pair(r.snd(pair), r.fst(pair))\n}\n```";
    snd 1 "Region::snd" "The second component of a tuple, rooted; see [`fst`](Self::fst).";
    third 2 "Region::third" "The third component of a tuple, rooted; see [`fst`](Self::fst).";
    fourth 3 "Region::fourth" "The fourth component of a tuple, rooted; see [`fst`](Self::fst).";
    fifth 4 "Region::fifth" "The fifth component of a tuple, rooted; see [`fst`](Self::fst).";
    sixth 5 "Region::sixth" "The sixth component of a tuple, rooted; see [`fst`](Self::fst).";
    seventh 6 "Region::seventh" "The seventh component of a tuple, rooted; see [`fst`](Self::fst).";
    eighth 7 "Region::eighth" "The eighth component of a tuple, rooted; see [`fst`](Self::fst).";
    ninth 8 "Region::ninth" "The ninth component of a tuple, rooted; see [`fst`](Self::fst).";
    tenth 9 "Region::tenth" "The tenth component of a tuple, rooted; see [`fst`](Self::fst).";
}

impl<'r> Region<'r> {
    /// `(a, b, …)`: a tuple of two to ten roots.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlInt, OCamlRef, Region};
    /// type Five = (OCamlInt, OCamlInt, OCamlInt, OCamlInt, OCamlInt);
    /// fn five<'r>(r: &Region<'r>) -> OCamlRef<'r, Five> {
    ///     r.tuple((r.int(1), r.int(2), r.int(3), r.int(4), r.int(5)))
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn tuple<R: RootTuple>(&self, roots: R) -> OCamlRef<'r, R::Tuple> {
        checked! { let _operation = self.used("Region::tuple"); }
        // SAFETY: the region holds the handle, and the block is of the type.
        unsafe { self.root_raw(roots.block()) }
    }

    /// A component of a tuple by its index, counted from 0, rooted.
    ///
    /// ```no_run
    /// use bactrian_runtime::{OCamlInt, OCamlRef, Region};
    /// fn last<'r>(
    ///     r: &Region<'r>,
    ///     triple: OCamlRef<'_, (OCamlInt, OCamlInt, String)>,
    /// ) -> OCamlRef<'r, String> {
    ///     r.component::<2, _>(triple)
    /// }
    /// ```
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn component<const INDEX: usize, T: Component<INDEX>>(
        &self,
        tuple: OCamlRef<'_, T>,
    ) -> OCamlRef<'r, T::Type> {
        checked! { let _operation = self.used("Region::component"); }
        let value = self.runtime.get(tuple);
        checked! {
            let shape = crate::checked::Shape::Tuple(T::COUNT);
            let _operation = value.used("Region::component", shape);
        }
        // SAFETY: a tuple has that component, and it is live: making a root does not collect.
        unsafe { self.root_raw(value.field::<T::Type>(INDEX).raw) }
    }
}
