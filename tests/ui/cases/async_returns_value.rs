use bactrian::*;

#[export(lwt)]
async fn nothing() -> OCaml<'static, ()> {
    OCaml::unit()
}

fn main() {}
