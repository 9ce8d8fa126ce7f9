use bactrian::*;

#[export]
fn sum(rt: &mut OCamlRuntime, values: &[f64]) -> f64 {
    let _ = rt;
    values.iter().sum()
}

fn main() {}
