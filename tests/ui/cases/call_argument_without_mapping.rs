use bactrian::*;

struct Handle;

fn call(rt: &mut OCamlRuntime, f: OCamlFn<(Handle,), i64>) -> i64 {
    f.call(rt, (Handle,)).unwrap_or(0)
}

fn main() {}
