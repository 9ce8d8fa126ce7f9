//! Region mode: what a region makes, reads, calls and carries out.

use bactrian::*;

/// Calls OCaml from a region, between two frames of other languages.
#[export(raise)]
fn g_call(r: &Region<'_>, f: OCamlFn<(i64,), i64>, x: i64) -> Result<i64, OCamlException> {
    let kept = r.root::<String, _>("kept");
    let result = r.call(&f, (x,))?;
    assert_eq!(r.to_rust::<_, String>(kept), "kept");
    Ok(r.to_rust(result))
}

/// For C, in a released section: takes the lock meanwhile, and calls.
#[unsafe(no_mangle)]
extern "C" fn g_released_and_locked(body: Option<extern "C" fn()>) {
    OCamlRuntime::with_domain_lock(|rt| match body {
        Some(body) => body(),
        None => rt.region(|r| assert_eq!(r.to_rust::<_, String>(r.string("x")), "x")),
    });
}

/// For C: calls `f`, an OCaml function, on `x`. An exception comes back as from `caml_callback_exn`.
///
/// # Safety
/// As for that.
#[unsafe(no_mangle)]
unsafe extern "C" fn g_call_exn(f: RawOCaml, x: RawOCaml) -> RawOCaml {
    // SAFETY: C holds the lock, and lends it to this call; nothing collects between the reading of a word and its return.
    unsafe {
        let mut rt = OCamlRuntime::recover();
        let x: i64 = OCaml::<OCamlInt>::new(&rt, x).to_rust();
        let f = OCaml::<OCamlFn<(i64,), i64>>::new(&rt, f).root();
        rt.region(|r| match r.call(&f, (x,)) {
            Ok(result) => result.get_raw(),
            Err(exception) => exception.root().get_raw() | 2,
        })
    }
}

/// Calls from sub-regions of sub-regions, each with a root of its own; an exception goes up through all of them.
#[export(raise)]
fn g_deep(r: &mut Region<'_>, f: OCamlFn<(i64,), i64>, x: i64) -> Result<i64, OCamlException> {
    fn down<'r>(
        r: &mut Region<'r>,
        f: &OCamlFn<(i64,), i64>,
        x: i64,
        depth: usize,
    ) -> Result<OCamlRef<'r, OCamlInt>, OCamlException> {
        if depth == 0 {
            return r.call(f, (x,));
        }
        let kept = r.string(format!("kept at {depth}"));
        let result = r.try_sub(|s| down(s, f, x, depth - 1));
        assert_eq!(r.to_rust::<_, String>(kept), format!("kept at {depth}"));
        result
    }
    let result = down(r, &f, x, 3)?;
    Ok(r.to_rust(result))
}

/// The pair of two roots, whose code `tests/rust-codegen` looks at.
#[export]
fn g_pair<'r, A, B>(
    r: &Region<'r>,
    a: OCamlRef<'r, A>,
    b: OCamlRef<'r, B>,
) -> OCamlRef<'r, (A, B)> {
    r.pair(a, b)
}

#[export]
fn g_triplet<'r, A, B, C>(
    r: &Region<'r>,
    x: OCamlRef<'r, A>,
    y: OCamlRef<'r, B>,
    z: OCamlRef<'r, C>,
) -> OCamlRef<'r, (A, (B, C))> {
    r.pair(x, r.pair(y, z))
}

/// Every constructor in one value.
#[export]
#[allow(clippy::type_complexity)]
fn g_made<'r>(
    r: &Region<'r>,
    n: i64,
) -> OCamlRef<
    'r,
    (
        OCamlList<(OCamlInt, String)>,
        (Option<OCamlInt>, Option<String>),
        (Result<OCamlInt, String>, Result<OCamlInt, String>),
        ((), OCamlInt, String, OCamlFloat),
    ),
> {
    let number = r.root::<OCamlInt, _>(&n);
    let text = r.root::<String, _>(&n.to_string());
    let items: Vec<_> = (0..n)
        .map(|i| r.pair(r.root::<OCamlInt, _>(&i), r.root::<String, _>(&i.to_string())))
        .collect();
    let list = r.list(&items[1.min(items.len())..]);
    let list = match items.first() {
        Some(first) => r.cons(first, list),
        None => r.nil(),
    };
    r.quadruple(
        list,
        r.pair(r.some(number), r.none()),
        r.pair(r.ok(number), r.error(text)),
        r.quadruple(r.unit(), number, text, r.root::<OCamlFloat, _>(&(n as f64))),
    )
}

/// Every accessor.
#[export]
#[allow(clippy::type_complexity)]
fn g_read<'r>(
    r: &Region<'r>,
    list: OCamlRef<'r, OCamlList<(OCamlInt, String)>>,
    option: OCamlRef<'r, Option<String>>,
    result: OCamlRef<'r, Result<OCamlInt, String>>,
    array: OCamlRef<'r, OCamlArray<String>>,
) -> String {
    let mut seen = Vec::new();
    let mut rest = r.keep(list);
    while let Some((head, tail)) = r.uncons(rest) {
        let n: i64 = r.to_rust(r.fst(head));
        let text: String = r.to_rust(r.snd(head));
        seen.push(format!("{n}{text}"));
        rest = tail;
    }
    seen.push(r.option(option).map_or("None".into(), |text| r.to_rust(text)));
    seen.push(match r.result(result) {
        Ok(n) => r.to_rust::<_, i64>(n).to_string(),
        Err(e) => r.to_rust(e),
    });
    let length = r.look(array, |array| array.len());
    for index in 0..=length {
        seen.push(match r.element(array, index) {
            Some(text) => r.look(text, |text| text.as_bytes().len().to_string()),
            None => "end".into(),
        });
    }
    seen.join(" ")
}

type Step<'r> = OCamlFn<(OCamlRef<'r, OCamlInt>, OCamlRef<'r, String>), i64>;

/// Calls with roots as arguments, in sub-regions; the runtime is lent in between.
#[export(raise)]
fn g_fold<'r>(
    r: &mut Region<'r>,
    f: OCamlRef<'r, Step<'r>>,
    array: OCamlRef<'r, OCamlArray<String>>,
) -> Result<i64, OCamlException> {
    let length = r.look(array, |array| array.len());
    let mut total = r.root::<OCamlInt, _>(&0i64);
    for index in 0..length {
        let mut failed = None;
        let Some(text) = r.element(array, index) else { break };
        match r.call(f, (total, text)) {
            Ok(sum) => total = sum,
            Err(exception) => failed = Some(exception),
        }
        r.scope(|s| {
            let text = s.pair(text, text);
            let copied: String = s.to_rust(s.fst(text));
            let root: BoxRoot<String> = copied.to_boxroot(s.runtime());
            let lent: String = root.to_rust(s.runtime());
            assert_eq!(copied, lent);
        });
        if let Some(exception) = failed {
            return Err(exception);
        }
    }
    Ok(r.to_rust(total))
}
