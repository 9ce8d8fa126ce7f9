use bactrian::*;

#[derive(Custom)]
struct Stack<'a> {
    items: Vec<&'a str>,
}

fn main() {}
