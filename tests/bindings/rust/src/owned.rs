//! Values that stay in Rust: abstract types with methods.

use bactrian::*;

/// Counts.
#[derive(Custom)]
pub struct Counter {
    count: i64,
}

#[export]
impl Counter {
    /// Starts somewhere.
    pub fn create(start: i64) -> Self {
        Counter { count: start }
    }

    /// How far it has got.
    pub fn get(&self) -> i64 {
        self.count
    }

    pub fn add(&mut self, #[ocaml(label)] by: i64) {
        self.count += by;
    }

    /// Another, if it is not at zero.
    pub fn copy(&self) -> Option<Counter> {
        (self.count != 0).then_some(Counter { count: self.count })
    }
}

/// Outside of the module of its argument.
#[export]
fn total(a: &Counter, b: &Counter) -> i64 {
    a.count + b.count
}
