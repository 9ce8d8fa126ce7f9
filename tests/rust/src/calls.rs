//! How arguments and results travel.

use bactrian::*;

#[export]
fn t_noop() {}

#[export]
fn t_greet(name: &str, n: i64) -> String {
    format!("{name}! ").repeat(n as usize)
}

#[export]
fn t_pair<'gc, A, B>(
    rt: &'gc mut OCamlRuntime,
    a: OCamlRef<'_, A>,
    b: OCamlRef<'_, B>,
) -> OCaml<'gc, (A, B)> {
    OCaml::pair(rt, a, b)
}

#[export]
fn t_triplet<'r, A, B, C>(
    r: &Region<'r>,
    x: OCamlRef<'r, A>,
    y: OCamlRef<'r, B>,
    z: OCamlRef<'r, C>,
) -> OCamlRef<'r, (A, (B, C))> {
    r.pair(x, r.pair(y, z))
}

#[export]
fn t_fst<'gc, A, B>(pair: OCaml<'gc, (A, B)>) -> OCaml<'gc, A> {
    pair.fst()
}

#[export]
fn t_identity<T>(value: BoxRoot<T>) -> BoxRoot<T> {
    value
}

#[export]
fn t_shared_length(rt: &OCamlRuntime, text: OCamlRef<'_, String>) -> i64 {
    rt.get(text).as_bytes().len() as i64
}

#[export(noalloc, unboxed)]
fn t_add_float(a: f64, b: f64) -> f64 {
    a + b
}

#[export(noalloc, unboxed)]
fn t_add_int(a: isize, b: isize) -> isize {
    a + b
}

#[export(unboxed)]
fn t_add_int64(a: i64, b: i32) -> i64 {
    a.wrapping_add(i64::from(b))
}

#[export(unboxed)]
fn t_untagged(a: isize) -> isize {
    a.wrapping_mul(2)
}

#[export(noalloc)]
fn t_is_positive(a: i64) -> bool {
    a > 0
}

#[export(noalloc)]
fn t_byte_count(text: &[u8], byte: i64) -> u32 {
    text.iter().filter(|&&b| i64::from(b) == byte).count() as u32
}

/// Unboxed arguments, and a result that is boxed by name.
#[export(unboxed, returns = "OCamlInt")]
fn t_unboxed_to_int(a: i64, b: f64) -> i64 {
    a + b as i64
}

#[export]
fn t_mixed(#[ocaml(unboxed)] a: f64, name: String, #[ocaml(untagged)] n: isize) -> String {
    format!("{a} {name} {n}")
}

#[export]
fn t_seven(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: String) -> String {
    format!("{a}{b}{c}{d}{e}{f}{g}")
}

#[export(unboxed)]
fn t_six_floats(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> f64 {
    a + 2.0 * b + 3.0 * c + 4.0 * d + 5.0 * e + 6.0 * f
}

#[export]
fn t_sum_floats(values: &[f64]) -> f64 {
    values.iter().sum()
}

#[export]
fn t_byte_length(bytes: &[u8]) -> i64 {
    bytes.len() as i64
}

#[export(name = "t_renamed_symbol")]
fn t_original_name(n: i64) -> i64 {
    n + 1
}

#[export(unboxed, bytecode = "t_bytecode_by_another_name")]
fn t_renamed_bytecode(x: f64) -> f64 {
    x / 2.0
}

#[export(noalloc)]
fn t_not(#[ocaml(untagged)] b: bool) -> bool {
    !b
}

#[export]
fn t_if(#[ocaml(untagged)] b: bool, yes: String, no: String) -> String {
    if b { yes } else { no }
}

/// Boxed, unboxed and untagged arguments, over five of them.
#[export]
fn t_six_mixed(
    #[ocaml(unboxed)] a: f64,
    b: &str,
    #[ocaml(untagged)] c: isize,
    #[ocaml(unboxed)] d: i64,
    #[ocaml(unboxed)] e: i32,
    f: Option<i64>,
) -> String {
    format!("{a} {b} {c} {d} {e} {f:?}")
}

/// Six arguments that need a root each, and the runtime.
#[export]
fn t_six_roots<'gc, T>(
    rt: &'gc mut OCamlRuntime,
    a: OCamlRef<'_, T>,
    b: OCamlRef<'_, T>,
    c: OCamlRef<'_, T>,
    d: OCamlRef<'_, T>,
    e: OCamlRef<'_, T>,
    f: OCamlRef<'_, T>,
) -> OCaml<'gc, OCamlList<T>> {
    let mut list = OCaml::nil().root();
    for item in [f, e, d, c, b, a] {
        list = OCaml::cons(rt, item, &list).root();
    }
    list.get(rt)
}

/// `return` leaves the body, not the shim.
#[export]
fn t_early_return(n: i64) -> String {
    if n < 0 {
        return "negative".into();
    }
    for i in 0..n {
        if i == 3 {
            return "more than three".into();
        }
    }
    "few".into()
}

#[export]
fn t_early_error(n: i64) -> Result<i64, String> {
    let checked: i64 = n.checked_sub(10).filter(|&m| m >= 0).ok_or("below ten")?;
    Ok(checked)
}

#[export(noalloc)]
fn t_same<'gc, T>(value: OCaml<'gc, T>) -> OCaml<'gc, T> {
    value
}

#[export(noalloc)]
fn t_sum_noalloc(rt: &OCamlRuntime, list: OCaml<'_, OCamlList<OCamlInt>>) -> u32 {
    let _ = rt;
    list.iter().map(|n| n.to_i64() as u32).sum()
}

#[export(noalloc, unboxed)]
fn t_mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Reverses a list of which only the cells are known.
#[export]
fn t_reverse<'gc, T>(
    rt: &'gc mut OCamlRuntime,
    list: OCamlRef<'_, OCamlList<T>>,
) -> OCaml<'gc, OCamlList<T>> {
    let items: Vec<BoxRoot<T>> = list.to_rust(rt);
    let mut reversed = OCaml::nil().root();
    for item in &items {
        let cell = OCaml::cons(rt, item, &reversed);
        reversed.keep(cell);
    }
    reversed.get(rt)
}

/// Every constructor of a region, and a sub-region whose result is carried out.
#[export]
#[allow(clippy::type_complexity, reason = "a type per constructor under test")]
fn t_region_constructors<'r, A>(
    r: &mut Region<'r>,
    a: OCamlRef<'r, A>,
) -> OCamlRef<'r, (Option<A>, (OCamlList<A>, (Result<A, A>, Result<A, A>)))> {
    let carried = r.sub(|s| {
        let nil = s.root::<OCamlList<OCamlInt>, Vec<i64>>(&vec![]);
        let _ = s.pair(nil, nil);
        s.some(s.project(s.pair(a, nil), |pair| pair.fst()))
    });
    let nil = r.project(r.pair(a, a), |_| OCaml::nil());
    let list = r.cons(a, r.cons(a, nil));
    r.pair(carried, r.pair(list, r.pair(r.ok(a), r.error(a))))
}

#[export]
fn t_region_calls<'r>(
    r: &Region<'r>,
    f: OCamlRef<'r, OCamlFn<(i64,), String>>,
    n: i64,
) -> OCamlRef<'r, OCamlList<String>> {
    let mut list = r.root::<OCamlList<String>, Vec<String>>(&vec![]);
    for i in (0..n).rev() {
        let head = match r.call(f, (i,)) {
            Ok(text) => text,
            Err(exception) => r.root::<String, _>(&format!("raised {exception}")),
        };
        list = r.cons(head, list);
    }
    list
}

#[export]
fn t_apply(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, String), String>,
    n: i64,
) -> Result<String, String> {
    f.call(rt, (n, "x".repeat(n as usize))).map_err(|e| e.message(rt))
}

#[export]
fn t_apply_ref(
    rt: &mut OCamlRuntime,
    f: OCamlRef<'_, OCamlFn<(i64,), i64>>,
    n: i64,
) -> Result<i64, String> {
    let mut total = 0;
    for i in 0..n {
        total += f.call(rt, (i,)).map_err(|e| e.message(rt))?;
    }
    Ok(total)
}

#[export]
fn t_fold5(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, String, f64, bool, Vec<i64>), String>,
) -> String {
    match f.call(rt, (1, "two".into(), 3.0, true, vec![5, 6])) {
        Ok(text) => text,
        Err(e) => panic!("{}", e.message(rt)),
    }
}

/// A function of two arguments that is given one, and then the other.
#[export(raise)]
fn t_partial(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64,), OCamlFn<(i64,), i64>>,
) -> Result<i64, OCamlException> {
    let three = f.call(rt, (3,))?;
    Ok(three.call(rt, (4,))? * 100 + three.call(rt, (5,))?)
}

/// A function of one argument that returns a function, called with both.
#[export(raise)]
fn t_over(rt: &mut OCamlRuntime, f: OCamlFn<(i64, i64), i64>) -> Result<i64, OCamlException> {
    f.call(rt, (3, 4))
}

#[export(raise)]
fn t_call9(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(i64, String, i64, String, i64, String, i64, String, f64), Vec<String>>,
) -> Result<Vec<String>, OCamlException> {
    let text = |n: i64| n.to_string();
    f.call(rt, (1, text(2), 3, text(4), 5, text(6), 7, text(8), 9.0))
}

#[export]
fn t_function_back(f: OCamlFn<(i64,), i64>) -> OCamlFn<(i64,), i64> {
    f.clone()
}

/// Making the argument moves the closure.
#[export(raise)]
fn t_call_long(
    rt: &mut OCamlRuntime,
    f: OCamlFn<(Vec<String>,), i64>,
    n: i64,
) -> Result<i64, OCamlException> {
    f.call(rt, ((0..n).map(|i| i.to_string()).collect(),))
}

/// A conversion of a user's own, during which everything moves.
struct Collects(i64);

// SAFETY: an `int`. `ALLOCATES` is true unless it is said otherwise.
unsafe impl ToOCaml<OCamlInt> for Collects {
    fn to_ocaml<'gc>(&self, rt: &'gc mut OCamlRuntime) -> OCaml<'gc, OCamlInt> {
        let other = "y".repeat(200);
        for _ in 0..20_000 {
            let _: OCaml<'_, String> = other.to_ocaml(rt);
        }
        self.0.to_ocaml(rt)
    }
}

impl DefaultOCamlMapping for Collects {
    type OCamlType = OCamlInt;
    type VecType = OCamlList<OCamlInt>;
}

#[derive(ToOCaml)]
struct HoldsCollects {
    text: String,
    boxed: Box<Collects>,
}

type Held = (String, OCamlInt);

/// Arguments made before one that collects.
#[export(raise)]
fn t_call_collecting(
    rt: &mut OCamlRuntime,
    f: OCamlRef<'_, OCamlFn<(String, Collects, String), String>>,
    g: OCamlRef<'_, OCamlFn<(i64, Collects), String>>,
    h: OCamlRef<'_, OCamlFn<(Box<Collects>, bool), String>>,
) -> Result<Vec<String>, OCamlException> {
    Ok(vec![
        f.call(rt, ("before".into(), Collects(1), "after".into()))?,
        g.call(rt, (2, Collects(3)))?,
        h.call(rt, (Box::new(Collects(4)), true))?,
    ])
}

/// Blocks whose later fields collect.
#[export]
fn t_make_collecting(
    rt: &mut OCamlRuntime,
) -> (BoxRoot<HoldsCollects>, BoxRoot<Held>, Vec<Collects>) {
    let text = || "before".to_owned();
    let record = HoldsCollects { text: text(), boxed: Box::new(Collects(1)) }.to_boxroot(rt);
    let pair = ToOCaml::<Held>::to_boxroot(&(text(), Collects(2)), rt);
    (record, pair, vec![Collects(3), Collects(4), Collects(5)])
}

/// What the closure returns does not convert.
#[export]
fn t_bad_result(rt: &mut OCamlRuntime, f: OCamlFn<((),), (String, u8)>) -> String {
    match f.call(rt, ((),)) {
        Ok((name, n)) => format!("{name} {n}"),
        Err(exception) => exception.message(rt),
    }
}

#[export]
fn t_functions(rt: &mut OCamlRuntime, functions: Vec<OCamlFn<(i64,), i64>>, n: i64) -> i64 {
    functions.iter().fold(n, |n, f| f.call(rt, (n,)).unwrap_or(-1))
}

/// One frame of a recursion that goes to and fro; there is something to drop, and a root, in each.
#[export(raise)]
fn t_descend(
    rt: &mut OCamlRuntime,
    f: OCamlRef<'_, OCamlFn<(i64, String), i64>>,
    n: i64,
) -> Result<i64, OCamlException> {
    let mine = n.to_string();
    let root: BoxRoot<String> = mine.to_boxroot(rt);
    let below = f.call(rt, (n - 1, mine.clone()))?;
    let again: String = root.to_rust(rt);
    Ok(if again == mine { below + 1 } else { -1_000_000 })
}

ocaml! {
    fn twice(n: OCamlInt) -> OCamlInt = "test.twice";
    fn concat(a: String, b: String, n: OCamlInt, c: String) -> String = "test.concat";
    fn fails(a: String) -> OCamlInt = "test.fails";
    fn fails_checked(a: String) -> Result<OCamlInt, OCamlException> = "test.fails";
    fn nobody(a: OCamlInt) -> OCamlInt = "test.nobody";
    fn not_a_function(a: OCamlInt) -> OCamlInt = "test.not_a_function";
    fn counter() -> OCamlInt = "test.counter";
    fn default_name(a: OCamlInt, b: OCamlInt) -> OCamlInt;
    fn joined(
        a: String, b: String, c: String, d: String, e: String, f: String, g: String
    ) -> String = "test.joined";
}

#[export]
fn t_import_default_name(rt: &mut OCamlRuntime, a: BoxRoot<OCamlInt>) -> i64 {
    default_name(rt, &a, &a).to_rust(rt)
}

#[export]
fn t_import_joined(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> String {
    joined(rt, a, a, a, a, a, a, a).to_rust(rt)
}

#[export]
fn t_import_twice(rt: &mut OCamlRuntime, n: OCamlRef<'_, OCamlInt>) -> i64 {
    let four = twice(rt, n);
    twice(rt, &four).to_rust(rt)
}

#[export]
fn t_import_concat(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> String {
    let b = "-b-".to_boxroot(rt);
    let n = 7i64.to_boxroot(rt);
    concat(rt, a, &b, &n, a).to_rust(rt)
}

#[export]
fn t_import_fails(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> i64 {
    fails(rt, a).to_rust(rt)
}

#[export]
fn t_import_fails_checked(rt: &mut OCamlRuntime, a: OCamlRef<'_, String>) -> String {
    match fails_checked(rt, a) {
        Ok(value) => format!("ok {}", value.to_rust::<i64>(rt)),
        Err(exception) => exception.message(rt),
    }
}

#[export]
fn t_import_nobody(rt: &mut OCamlRuntime, a: OCamlRef<'_, OCamlInt>) -> i64 {
    nobody(rt, a).to_rust(rt)
}

#[export]
fn t_import_not_a_function(rt: &mut OCamlRuntime, a: OCamlRef<'_, OCamlInt>) -> i64 {
    not_a_function(rt, a).to_rust(rt)
}

#[export]
fn t_import_counter(rt: &mut OCamlRuntime) -> (i64, i64) {
    let first = counter(rt).to_rust(rt);
    (first, counter(rt).to_rust(rt))
}

#[export]
fn t_release(rt: &mut OCamlRuntime, milliseconds: i64) -> i64 {
    rt.releasing_runtime(move || {
        std::thread::sleep(std::time::Duration::from_millis(milliseconds as u64));
        milliseconds
    })
}

#[export]
fn t_nested_lock() {
    OCamlRuntime::with_domain_lock(|_| ());
}
