use bactrian::*;

fn send(rt: &mut OCamlRuntime) {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _root: BoxRoot<String> = "text".to_boxroot(rt);
        });
    });
}

fn main() {}
