//! Tuples of two to ten.

use crate::alloc::{Fields, small_block};
#[cfg(feature = "checked")]
use crate::checked::Shape;
use crate::checked::checked;
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlList, OCamlRef};

impl<'gc, A, B> OCaml<'gc, (A, B)> {
    /// `(a, b)`
    #[inline(always)]
    #[cfg_attr(feature = "checked", track_caller)]
    pub fn pair(rt: &'gc mut OCamlRuntime, a: OCamlRef<'_, A>, b: OCamlRef<'_, B>) -> Self {
        checked! { let _operation = crate::checked::operation("OCaml::pair"); }
        // SAFETY: the words are live, and the handle proves the lock.
        unsafe {
            let block = small_block(0, [a.get_raw(), b.get_raw()]);
            OCaml::new(rt, block)
        }
    }
}

/// Accessors by position.
macro_rules! components {
    ($($index:tt $method:ident $component:ident),*) => {
        impl<'gc, $($component),*> OCaml<'gc, ($($component),*)> {
            #[cfg(feature = "checked")]
            const COMPONENTS: usize = [$($index),*].len();

            $(
                #[doc = concat!("The component at position ", $index, ".")]
                #[inline(always)]
                #[cfg_attr(feature = "checked", track_caller)]
                pub fn $method(&self) -> OCaml<'gc, $component> {
                    checked! {
                        let function = concat!("OCaml::", stringify!($method));
                        let _operation = self.used(function, Shape::Tuple(Self::COMPONENTS));
                    }
                    // SAFETY: a tuple has that component.
                    unsafe { self.field($index) }
                }
            )*

            /// The components.
            #[inline(always)]
            #[cfg_attr(feature = "checked", track_caller)]
            pub fn to_tuple(&self) -> ($(OCaml<'gc, $component>),*) {
                ($(self.$method()),*)
            }
        }
    };
}

components!(0 fst A, 1 snd B);
components!(0 fst A, 1 snd B, 2 tuple_3 C);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D, 4 tuple_5 E);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D, 4 tuple_5 E, 5 tuple_6 F);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D, 4 tuple_5 E, 5 tuple_6 F, 6 tuple_7 G);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D, 4 tuple_5 E, 5 tuple_6 F, 6 tuple_7 G, 7 tuple_8 H);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D, 4 tuple_5 E, 5 tuple_6 F, 6 tuple_7 G, 7 tuple_8 H, 8 tuple_9 I);
components!(0 fst A, 1 snd B, 2 tuple_3 C, 3 tuple_4 D, 4 tuple_5 E, 5 tuple_6 F, 6 tuple_7 G, 7 tuple_8 H, 8 tuple_9 I, 9 tuple_10 J);

/// Whether some conversion after the one at a position may collect.
macro_rules! later {
    () => { false };
    ($next:ident:$marker:ident $($rest:tt)*) => {
        (<$next as ToOCaml<$marker>>::ALLOCATES || later!($($rest)*))
    };
}

/// Converts each component, keeping it while later ones may collect.
macro_rules! convert {
    ($this:ident $rt:ident $fields:ident;) => {};
    ($this:ident $rt:ident $fields:ident; $index:tt $name:ident $rust:ident:$marker:ident
        $($more_index:tt $more_name:ident $more:ident:$more_marker:ident)*) => {
        let $name = $fields.keep(
            <$rust as ToOCaml<$marker>>::to_ocaml(&$this.$index, $rt).raw,
            later!($($more:$more_marker)*),
        );
        convert!($this $rt $fields; $($more_index $more_name $more:$more_marker)*);
    };
}

macro_rules! tuple {
    ($($index:tt $name:ident $rust:ident:$marker:ident),*) => {
        // SAFETY: a block with tag 0 of the components, each kept while the ones after it are made.
        unsafe impl<$($rust, $marker),*> ToOCaml<($($marker),*)> for ($($rust),*)
        where
            $($rust: ToOCaml<$marker>),*
        {
            #[inline]
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, ($($marker),*)> {
                // SAFETY: the handle proves the lock.
                unsafe {
                    let fields = Fields::begin($(<$rust as ToOCaml<$marker>>::ALLOCATES)||*);
                    convert!(self rt fields; $($index $name $rust:$marker)*);
                    let block = small_block(0, [$($name.get()),*]);
                    OCaml::new(rt, block)
                }
            }
        }

        // SAFETY: reads the components as what they are.
        unsafe impl<$($rust, $marker),*> FromOCaml<($($marker),*)> for ($($rust),*)
        where
            $($rust: FromOCaml<$marker>),*
        {
            from_ocaml_or_throw!(($($marker),*));

            #[inline]
            fn try_from_ocaml(value: OCaml<'_, ($($marker),*)>) -> Result<Self, ConversionError> {
                checked! {
                    const COUNT: usize = [$($index),*].len();
                    let _operation = value.used("FromOCaml::from_ocaml", Shape::Tuple(COUNT));
                }
                // SAFETY: a tuple has these components.
                unsafe {
                    Ok(($(
                        $rust::try_from_ocaml(value.field::<$marker>($index))
                            .map_err(|e| e.within(concat!("component ", $index)))?
                    ),*))
                }
            }
        }

        impl<$($rust: DefaultOCamlMapping),*> DefaultOCamlMapping for ($($rust),*) {
            type OCamlType = ($($rust::OCamlType),*);
            type VecType = OCamlList<Self::OCamlType>;
        }
    };
}

tuple!(0 a A:MA, 1 b B:MB);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD, 4 e E:ME);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD, 4 e E:ME, 5 f F:MF);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD, 4 e E:ME, 5 f F:MF, 6 g G:MG);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD, 4 e E:ME, 5 f F:MF, 6 g G:MG, 7 h H:MH);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD, 4 e E:ME, 5 f F:MF, 6 g G:MG, 7 h H:MH, 8 i I:MI);
tuple!(0 a A:MA, 1 b B:MB, 2 c C:MC, 3 d D:MD, 4 e E:ME, 5 f F:MF, 6 g G:MG, 7 h H:MH, 8 i I:MI, 9 j J:MJ);
