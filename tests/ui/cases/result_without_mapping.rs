use bactrian::*;

#[export]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn main() {}
