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
    format!("Hello, {}! ", guest.name).repeat(guest.times).trim_end().to_owned()
}
