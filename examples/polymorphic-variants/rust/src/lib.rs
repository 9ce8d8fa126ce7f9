//! Orders, and what becomes of them.

use bactrian::{FromOCaml, ToOCaml, export};

#[derive(FromOCaml)]
#[ocaml(polymorphic_variant, from_only)]
enum Order {
    Halt,
    March(u32),
    Turn {
        degrees: f64,
    },
    #[ocaml(tag = "load")]
    Load(String, u32),
}

#[derive(ToOCaml)]
#[ocaml(polymorphic_variant)]
enum Answer {
    Done,
    Refused(String),
}

#[export(name = "polymorphic_obey")]
fn obey(order: Order) -> Answer {
    match order {
        Order::Halt => Answer::Done,
        Order::March(kilometres) if kilometres <= 40 => Answer::Done,
        Order::March(kilometres) => Answer::Refused(format!("{kilometres} km is too far")),
        Order::Turn { degrees } if degrees.abs() <= 180.0 => Answer::Done,
        Order::Turn { degrees } => Answer::Refused(format!("what is {degrees} degrees?")),
        Order::Load(what, kilos) if kilos > 200 => {
            Answer::Refused(format!("{kilos} kg of {what} is too much"))
        }
        Order::Load(..) => Answer::Done,
    }
}
