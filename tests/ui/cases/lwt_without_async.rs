use bactrian::*;

#[export(lwt)]
fn fetch(url: String) -> String {
    url
}

fn main() {}
