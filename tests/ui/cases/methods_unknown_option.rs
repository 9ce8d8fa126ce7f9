use bactrian::*;

#[derive(Custom)]
struct Counter {
    count: i64,
}

#[export(raise)]
impl Counter {
    pub fn next(&self) -> Result<i64, String> {
        Ok(self.count + 1)
    }
}

fn main() {}
