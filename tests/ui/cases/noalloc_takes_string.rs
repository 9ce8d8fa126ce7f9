use bactrian::*;

#[export(noalloc)]
fn empty(text: String) -> bool {
    text.is_empty()
}

fn main() {}
