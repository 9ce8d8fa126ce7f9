use bactrian::*;

fn read(root: &BoxRoot<String>) -> i64 {
    root.get().as_bytes().len() as i64
}

fn main() {}
