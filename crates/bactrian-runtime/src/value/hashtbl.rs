//! `Hashtbl.t`.

use crate::conv::ToOCaml;
use crate::exception::OCamlException;
use crate::ffi::mlvalues::{self, RawOCaml, TRUE};
use crate::named::NamedValue;
use crate::roots::{Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::{OCaml, OCamlCell, OCamlList, call_closure};
use core::marker::PhantomData;
use std::collections::{BTreeMap, HashMap};

/// OCaml's `('a, 'b) Hashtbl.t`, the polymorphic one, used through OCaml's own functions.
///
/// Each method calls OCaml once. What OCaml raises is the `Err`: hashing or comparing keys that contain functions does.
/// A `HashMap` or `BTreeMap` converts to a new table; [`bindings`](OCamlCell::bindings) is a list that converts to either.
/// (A table of `Hashtbl.Make` hashes with functions of its own: import those with `ocaml!`, with a type of your own
/// for the table.)
///
/// ```no_run
/// use bactrian_runtime::*;
/// use std::collections::HashMap;
/// fn count(
///     rt: &mut OCamlRuntime,
///     table: OCamlRef<OCamlHashtbl<String, OCamlInt>>,
/// ) -> Result<HashMap<String, i64>, OCamlException> {
///     table.replace(rt, "seen", &1i64)?;
///     Ok(table.bindings(rt)?.to_rust())
/// }
/// ```
pub struct OCamlHashtbl<K, V> {
    _marker: PhantomData<(K, V)>,
}

/// A function of `Bactrian.Collections`, by its name.
macro_rules! functions {
    ($($function:ident = $name:literal;)*) => {
        $(static $function: NamedValue = NamedValue::new($name);)*
    };
}

functions! {
    CREATE = c"Bactrian.Hashtbl.create";
    LENGTH = c"Bactrian.Hashtbl.length";
    FIND = c"Bactrian.Hashtbl.find_opt";
    MEM = c"Bactrian.Hashtbl.mem";
    ADD = c"Bactrian.Hashtbl.add";
    REPLACE = c"Bactrian.Hashtbl.replace";
    REMOVE = c"Bactrian.Hashtbl.remove";
    BINDINGS = c"Bactrian.Hashtbl.bindings";
    OF_BINDINGS = c"Bactrian.Hashtbl.of_bindings";
}

impl<'gc, K, V> OCaml<'gc, OCamlHashtbl<K, V>> {
    /// `Hashtbl.create capacity`
    pub fn hashtbl(rt: &'gc mut OCamlRuntime, capacity: usize) -> Self {
        let capacity = mlvalues::val_int(capacity.min(1 << 30) as i64);
        // SAFETY: `Hashtbl.create` takes an int and gives a table of any types.
        unsafe {
            let function = CREATE.function(rt);
            match call_closure(rt, function, [capacity]) {
                Ok(raw) => OCaml::new(rt, raw),
                Err(exception) => crate::panic::throw(exception),
            }
        }
    }
}

impl<K, V> OCamlCell<OCamlHashtbl<K, V>> {
    /// Calls a function of the table.
    ///
    /// # Safety
    /// It must take a table.
    unsafe fn apply(
        &self,
        rt: &mut OCamlRuntime,
        function: &'static NamedValue,
    ) -> Result<RawOCaml, OCamlException> {
        // SAFETY: passed on; finding the function does not collect.
        unsafe {
            let function = function.function(rt);
            call_closure(rt, function, [self.get_raw()])
        }
    }

    /// Calls a function of the table and a key.
    ///
    /// # Safety
    /// It must take a table and a key.
    unsafe fn apply_to_key<Q: ToOCaml<K> + ?Sized>(
        &self,
        rt: &mut OCamlRuntime,
        function: &'static NamedValue,
        key: &Q,
    ) -> Result<RawOCaml, OCamlException> {
        let key = key.to_ocaml(rt).raw;
        // SAFETY: passed on; the table is read after the key was made, and nothing collects between.
        unsafe {
            let function = function.function(rt);
            call_closure(rt, function, [self.get_raw(), key])
        }
    }

    /// Calls a function of the table, a key and a value.
    ///
    /// # Safety
    /// It must take these.
    unsafe fn apply_to_binding<Q: ToOCaml<K> + ?Sized, W: ToOCaml<V> + ?Sized>(
        &self,
        rt: &mut OCamlRuntime,
        function: &'static NamedValue,
        key: &Q,
        value: &W,
    ) -> Result<RawOCaml, OCamlException> {
        let frame = Frame::enter(scratch());
        let key = frame.push(key.to_ocaml(rt).raw);
        let value = value.to_ocaml(rt).raw;
        // SAFETY: passed on; the key is a root while the value is made, and nothing collects after that.
        unsafe {
            let key = *key.as_ptr();
            drop(frame);
            let function = function.function(rt);
            call_closure(rt, function, [self.get_raw(), key, value])
        }
    }

    /// `Hashtbl.length`: the number of bindings, hidden ones included.
    pub fn length(&self, rt: &mut OCamlRuntime) -> usize {
        // SAFETY: takes a table, gives an int.
        match unsafe { self.apply(rt, &LENGTH) } {
            Ok(raw) => mlvalues::int_val(raw) as usize,
            Err(exception) => crate::panic::throw(exception),
        }
    }

    /// `Hashtbl.find_opt`: the value that is bound to the key, if any.
    pub fn find<'gc, Q: ToOCaml<K> + ?Sized>(
        &self,
        rt: &'gc mut OCamlRuntime,
        key: &Q,
    ) -> Result<Option<OCaml<'gc, V>>, OCamlException> {
        // SAFETY: takes a table and a key, gives an option of a value.
        unsafe {
            let raw = self.apply_to_key(rt, &FIND, key)?;
            Ok(OCaml::<Option<V>>::new(rt, raw).to_option())
        }
    }

    /// `Hashtbl.mem`: whether the key is bound.
    pub fn mem<Q: ToOCaml<K> + ?Sized>(
        &self,
        rt: &mut OCamlRuntime,
        key: &Q,
    ) -> Result<bool, OCamlException> {
        // SAFETY: takes a table and a key, gives a bool.
        unsafe { self.apply_to_key(rt, &MEM, key).map(|raw| raw == TRUE) }
    }

    /// `Hashtbl.add`: binds the key to a value; a binding that is there is hidden, not removed.
    pub fn add<Q: ToOCaml<K> + ?Sized, W: ToOCaml<V> + ?Sized>(
        &self,
        rt: &mut OCamlRuntime,
        key: &Q,
        value: &W,
    ) -> Result<(), OCamlException> {
        // SAFETY: takes a table, a key and a value.
        unsafe { self.apply_to_binding(rt, &ADD, key, value).map(drop) }
    }

    /// `Hashtbl.replace`: binds the key to a value instead of the one that is bound to it, if any.
    pub fn replace<Q: ToOCaml<K> + ?Sized, W: ToOCaml<V> + ?Sized>(
        &self,
        rt: &mut OCamlRuntime,
        key: &Q,
        value: &W,
    ) -> Result<(), OCamlException> {
        // SAFETY: takes a table, a key and a value.
        unsafe { self.apply_to_binding(rt, &REPLACE, key, value).map(drop) }
    }

    /// `Hashtbl.remove`: removes the last binding of the key, if any.
    pub fn remove<Q: ToOCaml<K> + ?Sized>(
        &self,
        rt: &mut OCamlRuntime,
        key: &Q,
    ) -> Result<(), OCamlException> {
        // SAFETY: takes a table and a key.
        unsafe { self.apply_to_key(rt, &REMOVE, key).map(drop) }
    }

    /// All bindings, in no order; of those of one key the last that was added comes first, and is the one that a
    /// `HashMap` made of the list keeps.
    pub fn bindings<'gc>(
        &self,
        rt: &'gc mut OCamlRuntime,
    ) -> Result<OCaml<'gc, OCamlList<(K, V)>>, OCamlException> {
        // SAFETY: takes a table, gives a list of pairs.
        unsafe {
            let raw = self.apply(rt, &BINDINGS)?;
            Ok(OCaml::new(rt, raw))
        }
    }
}

macro_rules! of_map {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        // SAFETY: a table made by OCaml of the bindings.
        unsafe impl<$($generics)*, MK, MV> ToOCaml<OCamlHashtbl<MK, MV>> for $rust
        where
            K: ToOCaml<MK>,
            V: ToOCaml<MV>,
        {
            fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlHashtbl<MK, MV>> {
                let bindings = ToOCaml::<OCamlList<(MK, MV)>>::to_ocaml(self, rt).raw;
                // SAFETY: takes a list of pairs, just made, and gives a table.
                unsafe {
                    let function = OF_BINDINGS.function(rt);
                    match call_closure(rt, function, [bindings]) {
                        Ok(raw) => OCaml::new(rt, raw),
                        Err(exception) => crate::panic::throw(exception),
                    }
                }
            }
        }
    )*};
}

of_map! {
    [K, V, S] HashMap<K, V, S>;
    [K, V] BTreeMap<K, V>;
}
