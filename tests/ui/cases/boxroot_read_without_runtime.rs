use bactrian::*;

fn read(root: &BoxRoot<String>) -> String {
    root.to_rust()
}

fn main() {}
