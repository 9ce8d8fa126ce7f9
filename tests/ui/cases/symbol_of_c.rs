use bactrian::export;

#[export]
fn rename(from: &str, to: &str) -> bool {
    from == to
}

fn main() {}
