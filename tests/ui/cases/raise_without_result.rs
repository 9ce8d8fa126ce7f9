use bactrian::*;

#[export(raise)]
fn parse(text: String) -> i64 {
    text.len() as i64
}

fn main() {}
