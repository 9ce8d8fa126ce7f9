use bactrian::*;

#[export(parallel)]
fn fetch(url: String) -> String {
    url
}

fn main() {}
