use bactrian::*;

#[export(noalloc, raise)]
fn check(n: i64) -> Result<bool, String> {
    Ok(n > 0)
}

fn main() {}
