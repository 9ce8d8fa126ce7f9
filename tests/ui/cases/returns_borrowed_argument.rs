use bactrian::*;

#[export]
fn trimmed(text: &str) -> &str {
    text.trim()
}

fn main() {}
