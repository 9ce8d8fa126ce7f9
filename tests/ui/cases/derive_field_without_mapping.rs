use bactrian::*;

struct Handle;

#[derive(ToOCaml)]
struct Connection {
    name: String,
    handle: Handle,
}

fn main() {}
