//! The Rust half of @name@.

use bactrian::{FromOCaml, ToOCaml, export};

/// Who is greeted, and how often.
#[derive(ToOCaml, FromOCaml)]
pub struct Guest {
    pub name: String,
    pub times: usize,
}

/// Greets a guest.
#[export]
fn greet(guest: Guest) -> String {
    let greeting = format!("Hello, {}!", guest.name);
    vec![greeting; guest.times].join(" ")
}
