use bactrian::*;

#[export(lwt)]
async fn length(text: OCaml<'_, String>) -> i64 {
    text.as_bytes().len() as i64
}

fn main() {}
