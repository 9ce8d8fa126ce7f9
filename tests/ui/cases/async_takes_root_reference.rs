use bactrian::*;

#[export(lwt)]
async fn keep(text: OCamlRef<'_, String>) {
    let _ = text;
}

fn main() {}
