use bactrian::*;

fn part(rt: &mut OCamlRuntime, which: bool) {
    rt.region(|r| {
        let a = r.root::<OCamlInt, _>(&1i64);
        let pair = r.pair(a, a);
        r.project(pair, |p| if which { p.fst() } else { p.snd() });
    });
}

fn main() {}
