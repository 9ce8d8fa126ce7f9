//! `Map.S` and `Set.S`: what functors make, used through its functions.

use crate::conv::ToOCaml;
use crate::exception::OCamlException;
use crate::ffi::mlvalues::{self, RawOCaml, TRUE, tag};
use crate::named::NamedValue;
use crate::roots::{Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlList, call_closure};
use core::marker::PhantomData;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A module that `Map.Make` or `Set.Make` made: which it is, and the type of its keys or elements. Implemented by
/// [`ocaml_collections!`](crate::ocaml_collections).
///
/// # Safety
/// What OCaml registers under the name must be the functions of a module whose keys or elements are of type `Key`.
pub unsafe trait CollectionModule {
    /// The OCaml type of its keys or elements.
    type Key;

    /// The functions, by the name given to `Bactrian.Collections.register_map` or `register_set`.
    fn functions() -> &'static NamedValue;
}

/// Declares modules made by `Map.Make` or `Set.Make`, and the OCaml type of their keys or elements.
///
/// ```ocaml
/// module String_map = Map.Make (String)
/// let () = Bactrian.Collections.register_map "String_map" (module String_map)
/// ```
/// ```
/// # use bactrian_runtime::*;
/// bactrian_runtime::ocaml_collections! {
///     /// Maps whose keys are strings.
///     pub StringMap: String = "String_map";
/// }
/// // An `int String_map.t`:
/// fn total(
///     rt: &mut OCamlRuntime,
///     map: OCamlRef<OCamlMap<StringMap, OCamlInt>>,
/// ) -> Result<i64, OCamlException> {
///     Ok(map.bindings(rt)?.iter().map(|binding| binding.snd().to_i64()).sum())
/// }
/// ```
///
/// As with `ocaml!`, the type is what you say it is: OCaml's compiler does not check it.
#[macro_export]
macro_rules! ocaml_collections {
    ($($(#[$attribute:meta])* $visibility:vis $module:ident: $key:ty = $name:literal;)*) => {$(
        $(#[$attribute])*
        $visibility struct $module {
            _private: (),
        }

        // SAFETY: the declaration says so, as an `external` does.
        unsafe impl $crate::CollectionModule for $module {
            type Key = $key;

            fn functions() -> &'static $crate::__private::NamedValue {
                static FUNCTIONS: $crate::__private::NamedValue = $crate::__private::NamedValue::new(
                    match ::core::ffi::CStr::from_bytes_with_nul(::core::concat!($name, "\0").as_bytes()) {
                        Ok(name) => name,
                        Err(_) => ::core::panic!("the name of a module has no zero byte"),
                    },
                );
                &FUNCTIONS
            }
        }

        impl $crate::__private::schema::DescribeCollection for $module {
            const NAME: &'static str = ::core::concat!($name, ".t");
        }
    )*};
}

/// The map type `V M.t` of a module `M` that [`ocaml_collections!`](crate::ocaml_collections) declares.
///
/// Each method calls OCaml once; what the comparison of keys raises is the `Err`. `HashMap` and `BTreeMap` convert to it, and
/// [`bindings`](OCamlCell::bindings) is a list that converts to them. The tree itself is OCaml's own and is not looked at.
pub struct OCamlMap<M, V> {
    _marker: PhantomData<(M, V)>,
}

/// The set type `M.t` of a module `M` that [`ocaml_collections!`](crate::ocaml_collections) declares; as for [`OCamlMap`].
/// `HashSet` and `BTreeSet` convert to it.
pub struct OCamlSet<M> {
    _marker: PhantomData<M>,
}

/// The places of functions in what `Bactrian.Collections` registers. Maps and sets have the same order.
#[derive(Clone, Copy)]
enum Function {
    /// `bindings`, `elements`
    ToList,
    /// `of_list`
    OfList,
    Cardinal,
    Mem,
    Remove,
    /// `add`
    Add,
    /// `find_opt`, of maps only.
    Find,
}

/// One of the functions of a module.
///
/// # Panics
/// When nobody registered the module, or something else has its name.
fn function(
    rt: &OCamlRuntime,
    module: &'static NamedValue,
    kind: &str,
    which: Function,
) -> RawOCaml {
    // SAFETY: a registered value is live; the block is one of `Bactrian.Collections` when its size and its fields say so.
    unsafe {
        match module.get(rt) {
            Some(functions)
                if mlvalues::is_block(functions)
                    && mlvalues::tag_of(functions) == 0
                    && mlvalues::wosize(functions) > which as usize =>
            {
                let function = mlvalues::field(functions, which as usize);
                assert!(
                    mlvalues::is_block(function)
                        && matches!(mlvalues::tag_of(function), tag::CLOSURE | tag::INFIX),
                    "what OCaml registered as {:?} is not a module of {kind}s",
                    module.name()
                );
                function
            }
            _ => panic!(
                "no module is registered as {0:?}: call `Bactrian.Collections.register_{kind} {0:?} (module M)` in a \
                 module that is linked and initialised before this call",
                module.name()
            ),
        }
    }
}

macro_rules! common {
    ($marker:ty, [$($generics:tt)*], $kind:literal, $list:ident: $item:ty, $doc:literal) => {
        impl<$($generics)*> OCamlCell<$marker> {
            /// `cardinal`: how many there are.
            pub fn cardinal(&self, rt: &mut OCamlRuntime) -> usize {
                // SAFETY: takes a collection, gives an int.
                unsafe {
                    let function = function(rt, M::functions(), $kind, Function::Cardinal);
                    match call_closure(rt, function, [self.get_raw()]) {
                        Ok(raw) => mlvalues::int_val(raw) as usize,
                        Err(exception) => crate::panic::throw(exception),
                    }
                }
            }

            #[doc = $doc]
            pub fn $list<'gc>(
                &self,
                rt: &'gc mut OCamlRuntime,
            ) -> Result<OCaml<'gc, OCamlList<$item>>, OCamlException> {
                // SAFETY: takes a collection, gives a list of what is in it.
                unsafe {
                    let function = function(rt, M::functions(), $kind, Function::ToList);
                    let raw = call_closure(rt, function, [self.get_raw()])?;
                    Ok(OCaml::new(rt, raw))
                }
            }

            /// `mem`: whether the key or element is there.
            pub fn mem<Q: ToOCaml<M::Key> + ?Sized>(
                &self,
                rt: &mut OCamlRuntime,
                key: &Q,
            ) -> Result<bool, OCamlException> {
                // SAFETY: takes a key and a collection, gives a bool.
                unsafe {
                    let key = key.to_ocaml(rt).raw;
                    let function = function(rt, M::functions(), $kind, Function::Mem);
                    Ok(call_closure(rt, function, [key, self.get_raw()])? == TRUE)
                }
            }

            /// `remove`: the collection without the key or element.
            pub fn remove<'gc, Q: ToOCaml<M::Key> + ?Sized>(
                &self,
                rt: &'gc mut OCamlRuntime,
                key: &Q,
            ) -> Result<OCaml<'gc, $marker>, OCamlException> {
                // SAFETY: takes a key and a collection, gives a collection.
                unsafe {
                    let key = key.to_ocaml(rt).raw;
                    let function = function(rt, M::functions(), $kind, Function::Remove);
                    let raw = call_closure(rt, function, [key, self.get_raw()])?;
                    Ok(OCaml::new(rt, raw))
                }
            }
        }
    };
}

common!(
    OCamlMap<M, V>, [M: CollectionModule, V], "map", bindings: (M::Key, V),
    "`bindings`: all of them, in ascending order of the keys."
);
common!(
    OCamlSet<M>, [M: CollectionModule], "set", elements: M::Key,
    "`elements`: all of them, in ascending order."
);

impl<M: CollectionModule, V> OCamlCell<OCamlMap<M, V>> {
    /// `find_opt`: the value that is bound to the key, if any.
    pub fn find<'gc, Q: ToOCaml<M::Key> + ?Sized>(
        &self,
        rt: &'gc mut OCamlRuntime,
        key: &Q,
    ) -> Result<Option<OCaml<'gc, V>>, OCamlException> {
        // SAFETY: takes a key and a map, gives an option of a value.
        unsafe {
            let key = key.to_ocaml(rt).raw;
            let function = function(rt, M::functions(), "map", Function::Find);
            let raw = call_closure(rt, function, [key, self.get_raw()])?;
            Ok(OCaml::<Option<V>>::new(rt, raw).to_option())
        }
    }

    /// `add`: the map with this binding.
    pub fn add<'gc, Q: ToOCaml<M::Key> + ?Sized, W: ToOCaml<V> + ?Sized>(
        &self,
        rt: &'gc mut OCamlRuntime,
        key: &Q,
        value: &W,
    ) -> Result<OCaml<'gc, OCamlMap<M, V>>, OCamlException> {
        let frame = Frame::enter(scratch());
        let key = frame.push(key.to_ocaml(rt).raw);
        let value = value.to_ocaml(rt).raw;
        // SAFETY: takes a key, a value and a map; the key is a root while the value is made, and nothing collects after
        // that.
        unsafe {
            let key = *key.as_ptr();
            drop(frame);
            let function = function(rt, M::functions(), "map", Function::Add);
            let raw = call_closure(rt, function, [key, value, self.get_raw()])?;
            Ok(OCaml::new(rt, raw))
        }
    }
}

impl<M: CollectionModule> OCamlCell<OCamlSet<M>> {
    /// `add`: the set with this element.
    pub fn add<'gc, Q: ToOCaml<M::Key> + ?Sized>(
        &self,
        rt: &'gc mut OCamlRuntime,
        element: &Q,
    ) -> Result<OCaml<'gc, OCamlSet<M>>, OCamlException> {
        // SAFETY: takes an element and a set, gives a set.
        unsafe {
            let element = element.to_ocaml(rt).raw;
            let function = function(rt, M::functions(), "set", Function::Add);
            let raw = call_closure(rt, function, [element, self.get_raw()])?;
            Ok(OCaml::new(rt, raw))
        }
    }
}

/// A collection of what the list holds, by the module's `of_list`.
///
/// # Safety
/// The word must be a live list of what the module's `of_list` takes, and `C` what it gives.
unsafe fn of_list<'gc, M: CollectionModule, C>(
    rt: &'gc mut OCamlRuntime,
    kind: &str,
    list: RawOCaml,
) -> OCaml<'gc, C> {
    let function = function(rt, M::functions(), kind, Function::OfList);
    // SAFETY: passed on; finding the function does not collect.
    unsafe {
        match call_closure(rt, function, [list]) {
            Ok(raw) => OCaml::new(rt, raw),
            Err(exception) => crate::panic::throw(exception),
        }
    }
}

macro_rules! map_to_ocaml {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        // SAFETY: a map made by OCaml of the bindings.
        unsafe impl<M, MV, $($generics)*> ToOCaml<OCamlMap<M, MV>> for $rust
        where
            M: CollectionModule,
            K: ToOCaml<M::Key>,
            V: ToOCaml<MV>,
        {
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlMap<M, MV>> {
                let list = ToOCaml::<OCamlList<(M::Key, MV)>>::to_ocaml(self, rt).raw;
                // SAFETY: a list of bindings, just made.
                unsafe { of_list::<M, _>(rt, "map", list) }
            }
        }
    )*};
}

map_to_ocaml! {
    [K, V, S] HashMap<K, V, S>;
    [K, V] BTreeMap<K, V>;
}

macro_rules! set_to_ocaml {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        // SAFETY: a set made by OCaml of the elements.
        unsafe impl<M, $($generics)*> ToOCaml<OCamlSet<M>> for $rust
        where
            M: CollectionModule,
            K: ToOCaml<M::Key>,
        {
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlSet<M>> {
                let list = ToOCaml::<OCamlList<M::Key>>::to_ocaml(self, rt).raw;
                // SAFETY: a list of elements, just made.
                unsafe { of_list::<M, _>(rt, "set", list) }
            }
        }
    )*};
}

set_to_ocaml! {
    [K, S] HashSet<K, S>;
    [K] BTreeSet<K>;
}
