use bactrian::*;

#[export]
fn clear(values: &mut [f64]) {
    values.fill(0.0);
}

fn main() {}
