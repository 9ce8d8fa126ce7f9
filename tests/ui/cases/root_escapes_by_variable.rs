use bactrian::*;

fn escape(rt: &mut OCamlRuntime) -> i64 {
    let mut kept = None;
    rt.region(|r| {
        kept = Some(r.root::<OCamlInt, _>(&1i64));
    });
    kept.map_or(0, |root| root.to_rust(rt))
}

fn main() {}
