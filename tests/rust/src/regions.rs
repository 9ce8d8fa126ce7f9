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
