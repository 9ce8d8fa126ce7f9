//! Values looked at in place.

use ocaml_interop::*;

#[ocaml_interop::export]
fn parity_count_long_words(
    cr: &mut OCamlRuntime,
    words: OCaml<OCamlList<String>>,
) -> OCaml<OCamlInt> {
    let mut count = 0;
    let mut rest = words;
    while let Some((head, tail)) = rest.uncons() {
        if head.as_bytes().len() > 3 {
            count += 1;
        }
        rest = tail;
    }
    let _ = cr;
    OCaml::of_i32(count)
}

#[ocaml_interop::export]
fn parity_second_word(
    cr: &mut OCamlRuntime,
    words: OCaml<OCamlList<String>>,
) -> OCaml<Option<String>> {
    let second = words.tl().and_then(|tail| tail.hd());
    match second {
        Some(word) => {
            let root = word.root();
            let copy: String = root.to_rust(cr);
            Some(copy).to_ocaml(cr)
        }
        None => OCaml::none(),
    }
}

#[ocaml_interop::export]
fn parity_describe(
    _cr: &mut OCamlRuntime,
    value: OCaml<Option<Result<OCamlInt, String>>>,
) -> OCaml<OCamlInt> {
    let number = if value.is_none() {
        0
    } else {
        assert!(value.is_some());
        match value.to_option() {
            Some(result) if result.is_ok() => result.to_result().map_or(1, |n| n.to_i64() as i32),
            Some(result) => {
                assert!(result.is_error());
                2
            }
            None => 3,
        }
    };
    OCaml::of_i32(number)
}

#[ocaml_interop::export]
fn parity_rotate(
    cr: &mut OCamlRuntime,
    tuple: OCaml<(OCamlInt, bool, String, OCamlFloat, OCamlInt)>,
) -> OCaml<(String, OCamlFloat, OCamlInt, OCamlInt, bool)> {
    let (a, b, c, d, e) = tuple.to_tuple();
    assert_eq!(tuple.fst().to_i64(), a.to_i64());
    assert_eq!(tuple.snd().to_bool(), b.to_bool());
    assert_eq!(tuple.tuple_3().as_bytes(), c.as_bytes());
    let rotated: (String, f64, i64, i64, bool) = (
        c.to_rust(),
        tuple.tuple_4().to_rust(),
        tuple.tuple_5().to_rust(),
        a.to_rust(),
        b.to_bool(),
    );
    let _ = (d, e);
    rotated.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_build_list(cr: &mut OCamlRuntime, count: OCaml<OCamlInt>) -> OCaml<OCamlList<String>> {
    let count: i64 = count.to_rust();
    let empty: Vec<String> = Vec::new();
    let mut list: BoxRoot<OCamlList<String>> = empty.to_boxroot(cr);
    for number in (0..count).rev() {
        let head: BoxRoot<String> = format!("n{number}").to_boxroot(cr);
        let longer = cons(cr, &head, &list);
        list.keep(longer);
    }
    list.get(cr)
}

#[ocaml_interop::export]
fn parity_checked_sum(
    cr: &mut OCamlRuntime,
    left: OCaml<OCamlInt>,
    right: OCaml<OCamlInt>,
) -> OCaml<Result<OCamlInt, String>> {
    let (left, right): (i64, i64) = (left.to_rust(), right.to_rust());
    match left.checked_add(right) {
        Some(sum) => {
            let sum: BoxRoot<OCamlInt> = sum.to_boxroot(cr);
            alloc_ok(cr, &sum)
        }
        None => {
            let message: BoxRoot<String> = "too large".to_boxroot(cr);
            alloc_error(cr, &message)
        }
    }
}

/// Of the crate `ocaml-interop-inspect`, a method here.
#[ocaml_interop::export]
fn parity_inspect(cr: &mut OCamlRuntime, value: OCaml<OCamlAny>) -> OCaml<String> {
    value.inspect().to_string().to_ocaml(cr)
}
