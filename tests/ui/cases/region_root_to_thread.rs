use bactrian::*;

fn send(rt: &mut OCamlRuntime) {
    rt.region(|r| {
        let root = r.root::<OCamlInt, _>(&1i64);
        std::thread::scope(|scope| {
            scope.spawn(move || root);
        });
    });
}

fn main() {}
