//! Calls that are made a million times, to see whether memory stays flat.

use bactrian::*;

#[export]
fn m_boxroot(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> i64 {
    let first = text.to_boxroot(rt);
    let second = first.clone();
    drop(first);
    second.get(rt).as_bytes().len() as i64
}

#[export]
fn m_region(rt: &mut OCamlRuntime, text: OCamlRef<'_, String>) -> i64 {
    rt.region(|r| {
        let pair = r.pair(text, text);
        let deeper = r.sub(|s| s.project(s.pair(pair, text), |p| p.fst()));
        r.to_rust::<_, (Vec<u8>, Vec<u8>)>(deeper).1.len() as i64
    })
}

#[export]
fn m_closure(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>) -> i64 {
    f.call(rt, (1,)).unwrap_or(-1)
}

#[export]
fn m_caught(rt: &mut OCamlRuntime, f: OCamlFn<(i64,), i64>) -> bool {
    f.call(rt, (1,)).is_err()
}
