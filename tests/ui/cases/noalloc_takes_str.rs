use bactrian::*;

#[export(noalloc)]
fn empty(text: &str) -> bool {
    text.is_empty()
}

fn main() {}
