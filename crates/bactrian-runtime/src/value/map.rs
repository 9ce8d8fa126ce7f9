//! Maps, as association lists.

use crate::alloc::{Fields, small_block};
use crate::conv::{ConversionError, DefaultOCamlMapping, FromOCaml, ToOCaml, from_ocaml_or_throw};
use crate::ffi::mlvalues::UNIT;
use crate::roots::{Frame, scratch};
use crate::runtime::OCamlRuntime;
use crate::value::list::in_element;
use crate::value::{OCaml, OCamlList};
use core::hash::{BuildHasher, Hash};
use std::collections::{BTreeMap, HashMap};

/// A list of pairs, in the order of the iterator.
fn pairs_to_ocaml<'gc, 'm, K, V, MK, MV>(
    pairs: impl Iterator<Item = (&'m K, &'m V)>,
    rt: &'gc mut OCamlRuntime,
) -> OCaml<'gc, OCamlList<(MK, MV)>>
where
    K: ToOCaml<MK> + 'm,
    V: ToOCaml<MV> + 'm,
{
    let frame = Frame::enter(scratch());
    let mut list = UNIT;
    for (key, value) in pairs {
        let tail = frame.push(list);
        // SAFETY: each word is kept over the conversion that comes after it, and the tail is a root.
        unsafe {
            let fields = Fields::begin(V::ALLOCATES);
            let key = fields.keep(key.to_ocaml(rt).raw, V::ALLOCATES);
            let value = value.to_ocaml(rt).raw;
            let pair = small_block(0, [key.get(), value]);
            list = small_block(0, [pair, *tail.as_ptr()]);
        }
        frame.clear();
    }
    // SAFETY: just made.
    unsafe { OCaml::new(rt, list) }
}

fn pairs_from_ocaml<'gc, K: FromOCaml<MK>, V: FromOCaml<MV>, MK: 'gc, MV: 'gc>(
    list: OCaml<'gc, OCamlList<(MK, MV)>>,
) -> impl Iterator<Item = Result<(K, V), ConversionError>> + 'gc {
    list.iter()
        .enumerate()
        .map(|(index, pair)| <(K, V)>::try_from_ocaml(pair).map_err(|e| in_element(index, e)))
}

// SAFETY: a list of pairs. The order is the map's own, which is arbitrary.
unsafe impl<K: ToOCaml<MK>, V: ToOCaml<MV>, S, MK, MV> ToOCaml<OCamlList<(MK, MV)>>
    for HashMap<K, V, S>
{
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<(MK, MV)>> {
        pairs_to_ocaml(self.iter(), rt)
    }
}

// SAFETY: a list of pairs, in ascending order of the keys.
unsafe impl<K: ToOCaml<MK>, V: ToOCaml<MV>, MK, MV> ToOCaml<OCamlList<(MK, MV)>>
    for BTreeMap<K, V>
{
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlList<(MK, MV)>> {
        pairs_to_ocaml(self.iter().rev(), rt)
    }
}

// SAFETY: reads a list of pairs. As `List.assoc` finds the first binding of a key, so that one is kept.
unsafe impl<K, V, S, MK: 'static, MV: 'static> FromOCaml<OCamlList<(MK, MV)>> for HashMap<K, V, S>
where
    K: FromOCaml<MK> + Eq + Hash,
    V: FromOCaml<MV>,
    S: BuildHasher + Default,
{
    from_ocaml_or_throw!(OCamlList<(MK, MV)>);

    fn try_from_ocaml(value: OCaml<'_, OCamlList<(MK, MV)>>) -> Result<Self, ConversionError> {
        let mut map = HashMap::default();
        for pair in pairs_from_ocaml(value) {
            let (key, value) = pair?;
            map.entry(key).or_insert(value);
        }
        Ok(map)
    }
}

// SAFETY: as for `HashMap`.
unsafe impl<K, V, MK: 'static, MV: 'static> FromOCaml<OCamlList<(MK, MV)>> for BTreeMap<K, V>
where
    K: FromOCaml<MK> + Ord,
    V: FromOCaml<MV>,
{
    from_ocaml_or_throw!(OCamlList<(MK, MV)>);

    fn try_from_ocaml(value: OCaml<'_, OCamlList<(MK, MV)>>) -> Result<Self, ConversionError> {
        let mut map = BTreeMap::new();
        for pair in pairs_from_ocaml(value) {
            let (key, value) = pair?;
            map.entry(key).or_insert(value);
        }
        Ok(map)
    }
}

impl<K: DefaultOCamlMapping, V: DefaultOCamlMapping, S> DefaultOCamlMapping for HashMap<K, V, S> {
    type OCamlType = OCamlList<(K::OCamlType, V::OCamlType)>;
    type VecType = OCamlList<Self::OCamlType>;
}

impl<K: DefaultOCamlMapping, V: DefaultOCamlMapping> DefaultOCamlMapping for BTreeMap<K, V> {
    type OCamlType = OCamlList<(K::OCamlType, V::OCamlType)>;
    type VecType = OCamlList<Self::OCamlType>;
}
