//! Sequences, lazy values, hash tables, maps and sets, references, arrays and bytes: through OCaml's functions, or in
//! place.

use bactrian::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

// Sequences

#[export(raise)]
fn co_seq_to_list(
    rt: &mut OCamlRuntime,
    seq: OCamlRef<'_, OCamlSeq<String>>,
) -> Result<Vec<String>, OCamlException> {
    seq.iter(rt).collect()
}

/// The first elements, of a sequence that may have no end.
#[export(raise)]
fn co_seq_take(
    rt: &mut OCamlRuntime,
    seq: OCamlRef<'_, OCamlSeq<OCamlInt>>,
    n: usize,
) -> Result<Vec<i64>, OCamlException> {
    seq.iter(rt).take(n).collect()
}

/// What came before an exception, the exception's text, and how many elements came after.
#[export]
fn co_seq_until_error(
    rt: &mut OCamlRuntime,
    seq: OCamlRef<'_, OCamlSeq<OCamlInt>>,
) -> (Vec<u8>, Option<String>, i64) {
    let (mut before, mut error, mut after) = (Vec::new(), None, 0);
    let mut elements = seq.iter::<u8>(rt);
    while let Some(element) = elements.next() {
        match element {
            Ok(element) if error.is_none() => before.push(element),
            Ok(_) => after += 1,
            Err(exception) => error = Some(exception.message(elements.runtime())),
        }
    }
    (before, error, after)
}

/// Rooted elements, by hand.
#[export(raise)]
fn co_seq_uncons(
    rt: &mut OCamlRuntime,
    seq: BoxRoot<OCamlSeq<String>>,
) -> Result<Vec<BoxRoot<String>>, OCamlException> {
    let (mut all, mut seq) = (Vec::new(), seq);
    while let Some((head, tail)) = seq.uncons(rt)? {
        all.push(head);
        seq = tail;
    }
    Ok(all)
}

/// Rooted elements, by the iterator.
#[export(raise)]
fn co_seq_roots(
    rt: &mut OCamlRuntime,
    seq: OCamlRef<'_, OCamlSeq<String>>,
) -> Result<Vec<BoxRoot<String>>, OCamlException> {
    seq.iter(rt).collect()
}

#[export(returns = "OCamlSeq<String>")]
fn co_seq_of(items: Vec<String>) -> Vec<String> {
    items
}

// Lazy values

#[export(raise)]
fn co_force_int(
    rt: &mut OCamlRuntime,
    lazy: OCamlRef<'_, OCamlLazy<OCamlInt>>,
) -> Result<i64, OCamlException> {
    Ok(lazy.force(rt)?.to_i64())
}

#[export(raise)]
fn co_force_float(
    rt: &mut OCamlRuntime,
    lazy: OCamlRef<'_, OCamlLazy<OCamlFloat>>,
) -> Result<f64, OCamlException> {
    Ok(lazy.force(rt)?.to_rust())
}

#[export(raise)]
fn co_force_string(
    rt: &mut OCamlRuntime,
    lazy: OCamlRef<'_, OCamlLazy<String>>,
) -> Result<String, OCamlException> {
    Ok(lazy.force(rt)?.to_rust())
}

#[export(raise)]
fn co_force_lazy(
    rt: &mut OCamlRuntime,
    lazy: OCamlRef<'_, OCamlLazy<OCamlLazy<String>>>,
) -> Result<String, OCamlException> {
    let inner = lazy.force(rt)?.root();
    Ok(inner.force(rt)?.to_rust())
}

#[export]
fn co_is_val(rt: &mut OCamlRuntime, lazy: OCamlRef<'_, OCamlLazy<OCamlAny>>) -> bool {
    lazy.is_val(rt)
}

#[export]
fn co_lazy_of<'gc>(
    rt: &'gc mut OCamlRuntime,
    value: OCamlRef<'_, String>,
) -> OCaml<'gc, OCamlLazy<String>> {
    OCaml::lazy_from_val(rt, value)
}

// Hash tables

type Table = OCamlHashtbl<String, OCamlInt>;

/// Each operation by its name.
#[export(raise)]
fn co_hashtbl(
    rt: &mut OCamlRuntime,
    table: OCamlRef<'_, Table>,
    operation: String,
    key: String,
    value: i64,
) -> Result<Option<i64>, OCamlException> {
    Ok(match operation.as_str() {
        "length" => Some(table.length(rt) as i64),
        "find" => table.find(rt, &key)?.map(|value| value.to_i64()),
        "mem" => table.mem(rt, &key)?.then_some(1),
        "add" => table.add(rt, &key, &value).map(|()| None)?,
        "replace" => table.replace(rt, key.as_str(), &value).map(|()| None)?,
        "remove" => table.remove(rt, &key).map(|()| None)?,
        other => panic!("no operation {other:?}"),
    })
}

#[export(raise)]
fn co_hashtbl_bindings(
    rt: &mut OCamlRuntime,
    table: OCamlRef<'_, Table>,
) -> Result<HashMap<String, i64>, OCamlException> {
    Ok(table.bindings(rt)?.to_rust())
}

#[export(returns = "OCamlHashtbl<String, OCamlInt>")]
fn co_hashtbl_of(map: BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    map
}

#[export(returns = "OCamlHashtbl<String, OCamlInt>")]
fn co_hashtbl_of_hash_map(map: HashMap<String, i64>) -> HashMap<String, i64> {
    map
}

#[export]
fn co_hashtbl_create(rt: &mut OCamlRuntime) -> OCaml<'_, Table> {
    OCaml::hashtbl(rt, 16)
}

#[export(raise)]
fn co_hashtbl_find_any(
    rt: &mut OCamlRuntime,
    table: OCamlRef<'_, OCamlHashtbl<OCamlAny, OCamlInt>>,
    key: BoxRoot<OCamlAny>,
) -> Result<bool, OCamlException> {
    table.mem(rt, &key)
}

// Maps and sets

ocaml_collections! {
    /// `Map.Make (String)`
    pub StringMap: String = "Test.String_map";
    /// `Set.Make (Int)`, ordered from the largest.
    pub IntSet: OCamlInt = "Test.Int_set";
    /// Nobody registers it.
    Nowhere: OCamlInt = "Test.Nowhere";
}

#[export(raise)]
fn co_map_total(
    rt: &mut OCamlRuntime,
    map: OCamlRef<'_, OCamlMap<StringMap, OCamlInt>>,
) -> Result<(usize, i64), OCamlException> {
    let total = map.bindings(rt)?.iter().map(|binding| binding.snd().to_i64()).sum();
    Ok((map.cardinal(rt), total))
}

#[export(raise)]
fn co_map_find(
    rt: &mut OCamlRuntime,
    map: OCamlRef<'_, OCamlMap<StringMap, OCamlInt>>,
    key: String,
) -> Result<(bool, Option<i64>), OCamlException> {
    Ok((map.mem(rt, &key)?, map.find(rt, &key)?.map(|value| value.to_i64())))
}

/// Without the first key, and with the second.
#[export(raise)]
fn co_map_change<'gc>(
    rt: &'gc mut OCamlRuntime,
    map: OCamlRef<'_, OCamlMap<StringMap, OCamlInt>>,
    removed: OCamlRef<'_, String>,
    added: OCamlRef<'_, String>,
    value: OCamlRef<'_, OCamlInt>,
) -> Result<OCaml<'gc, OCamlMap<StringMap, OCamlInt>>, OCamlException> {
    let without = map.remove(rt, &removed)?.root();
    without.add(rt, &added, &value)
}

#[export(returns = "OCamlMap<StringMap, OCamlInt>")]
fn co_map_of(map: HashMap<String, i64>) -> HashMap<String, i64> {
    map
}

#[export(returns = "OCamlMap<StringMap, String>")]
fn co_map_of_btree(map: BTreeMap<String, String>) -> BTreeMap<String, String> {
    map
}

#[export(returns = "OCamlSet<IntSet>")]
fn co_set_of(set: HashSet<i64>) -> HashSet<i64> {
    set
}

#[export(raise)]
fn co_set_elements(
    rt: &mut OCamlRuntime,
    set: OCamlRef<'_, OCamlSet<IntSet>>,
) -> Result<Vec<i64>, OCamlException> {
    Ok(set.elements(rt)?.to_rust())
}

#[export(raise)]
fn co_set_change<'gc>(
    rt: &'gc mut OCamlRuntime,
    set: OCamlRef<'_, OCamlSet<IntSet>>,
    removed: OCamlRef<'_, OCamlInt>,
    added: OCamlRef<'_, OCamlInt>,
) -> Result<OCaml<'gc, OCamlSet<IntSet>>, OCamlException> {
    assert!(set.mem(rt, &removed)?);
    let without = set.remove(rt, &removed)?.root();
    without.add(rt, &added)
}

#[export]
fn co_nowhere(rt: &mut OCamlRuntime, set: OCamlRef<'_, OCamlSet<Nowhere>>) -> usize {
    set.cardinal(rt)
}

// As lists

#[export]
fn co_hash_set(set: HashSet<String>) -> HashSet<String> {
    set
}

#[export]
fn co_btree_set(set: BTreeSet<i64>) -> BTreeSet<i64> {
    set
}

#[export]
fn co_deque(deque: VecDeque<String>) -> VecDeque<String> {
    deque
}

// References, arrays and bytes

#[export]
fn co_reference<'gc>(
    rt: &'gc mut OCamlRuntime,
    value: OCamlRef<'_, String>,
) -> OCaml<'gc, OCamlReference<String>> {
    OCaml::reference(rt, value)
}

/// Puts one's contents into the other.
#[export]
fn co_reference_copy(
    rt: &OCamlRuntime,
    from: OCamlRef<'_, OCamlReference<String>>,
    to: OCamlRef<'_, OCamlReference<String>>,
) {
    rt.get(to).set(rt.get(from).get());
}

#[export]
fn co_increment(rt: &OCamlRuntime, counter: OCamlRef<'_, OCamlReference<OCamlInt>>) -> i64 {
    let counter = rt.get(counter);
    let next = counter.get().to_i64() + 1;
    counter.set(OCaml::of_i64(next).unwrap_or_else(|error| error.throw()));
    next
}

/// A fresh string into a reference that may be old.
#[export]
fn co_reference_fresh(
    rt: &mut OCamlRuntime,
    to: OCamlRef<'_, OCamlReference<String>>,
    text: String,
) {
    let fresh = (text + "!").to_boxroot(rt);
    rt.get(to).set(rt.get(&fresh));
}

#[export]
fn co_array_set(
    rt: &mut OCamlRuntime,
    array: OCamlRef<'_, OCamlUniformArray<String>>,
    index: usize,
    text: String,
) {
    let fresh = text.to_boxroot(rt);
    rt.get(array).set(index, rt.get(&fresh));
}

#[export]
fn co_array_concat(array: OCaml<'_, OCamlArray<String>>) -> (Vec<u8>, Vec<u8>, usize) {
    let forth = array.iter().flat_map(|item| item.as_bytes().to_vec()).collect();
    let back = array.iter().rev().flat_map(|item| item.as_bytes().to_vec()).collect();
    (forth, back, array.iter().len())
}

#[export]
fn co_floats(array: OCaml<'_, OCamlFloatArray>, index: usize, value: f64) -> (f64, Option<f64>) {
    let sum = array.iter().sum();
    let old = array.get(index);
    array.set(index, value);
    (sum, old)
}

#[export]
fn co_bytes(bytes: OCaml<'_, OCamlBytes>, index: usize, value: u8) -> Option<i64> {
    let old = bytes.get(index);
    bytes.set(index, value);
    old.map(i64::from)
}

#[export(returns = "OCamlBytes")]
fn co_boxed_bytes(#[ocaml(as_ = "OCamlBytes")] bytes: Box<[u8]>) -> Box<[u8]> {
    bytes
}

// Accessors

#[export]
fn co_either(either: Either<String, i64>) -> Either<i64, String> {
    match either {
        Either::Left(text) => Either::Right(text),
        Either::Right(number) => Either::Left(number),
    }
}

#[export]
fn co_either_made<'r>(
    r: &mut Region<'r>,
    left: bool,
    text: OCamlRef<'r, String>,
) -> OCamlRef<'r, Either<String, String>> {
    let root: BoxRoot<Either<String, String>> = if left {
        OCaml::left(r.runtime(), text).root()
    } else {
        OCaml::right(r.runtime(), text).root()
    };
    let kept = r.keep(&root);
    let same = r.look(kept, |either| match either.to_either() {
        Either::Left(text) => text.as_bytes().len(),
        Either::Right(text) => text.as_bytes().len() + 1000,
    });
    assert_eq!(same >= 1000, !left);
    kept
}

/// Whether each accessor says what it should.
#[export]
fn co_accessors(
    rt: &OCamlRuntime,
    list: OCamlRef<'_, OCamlList<OCamlInt>>,
    option: OCamlRef<'_, Option<String>>,
    result: OCamlRef<'_, Result<OCamlInt, String>>,
    boolean: OCamlRef<'_, bool>,
    ten: OCamlRef<'_, Ten>,
) -> Vec<String> {
    let list = rt.get(list);
    let head = list.hd().map(|head| head.to_i64());
    let tail = list.tl().map(|tail| tail.iter().count());
    let option = rt.get(option);
    let result = rt.get(result);
    let ten = rt.get(ten).to_tuple();
    vec![
        format!("{head:?} {tail:?} {}", list.is_empty()),
        format!("{} {} {}", option.is_none(), option.is_some(), option.is_long()),
        format!("{} {} {}", result.is_ok(), result.is_error(), result.tag_value()),
        format!("{} {}", rt.get(boolean).to_bool(), OCaml::of_bool(true).to_bool()),
        format!("{} {} {}", ten.0.to_i64(), ten.4.to_i64(), ten.9.to_i64()),
        format!("{} {}", result.is_block_sized(1), result.size()),
        format!("{:?}", OCaml::of_i64(i64::MAX).map(|int| int.to_i64())),
        format!("{}", OCaml::of_i32(-7).to_i64()),
    ]
}

type Ten = (
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
    OCamlInt,
);

#[export]
fn co_tag_of_int(value: OCaml<'_, OCamlInt>) -> u8 {
    value.tag_value()
}

#[export]
fn co_ten(
    ten: (i64, i64, i64, i64, i64, i64, i64, i64, i64, String),
) -> (String, i64, i64, i64, i64, i64, i64, i64, i64, i64) {
    (ten.9, ten.0, ten.1, ten.2, ten.3, ten.4, ten.5, ten.6, ten.7, ten.8)
}
