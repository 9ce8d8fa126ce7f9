use bactrian::*;

#[derive(Custom)]
struct Shared {
    count: std::rc::Rc<i64>,
}

fn main() {}
