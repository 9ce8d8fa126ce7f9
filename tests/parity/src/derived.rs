//! The derive macros that came after ocaml-interop 0.12.

use ocaml_interop::{FromOCaml, OCaml, OCamlFloat, OCamlInt, OCamlRuntime, ToOCaml};

#[derive(Debug, Clone, PartialEq, ToOCaml, FromOCaml)]
struct Camel {
    name: String,
    #[ocaml(as_ = "OCamlInt")]
    humps: i64,
    weight: f64,
    #[ocaml(as_ = "(OCamlInt, OCamlFloat)")]
    position: (i64, f64),
}

#[derive(Debug, Clone, PartialEq, ToOCaml, FromOCaml)]
#[ocaml(as_ = "OCamlGait")]
enum Gait {
    Rest,
    Walk(#[ocaml(as_ = "OCamlInt")] i64),
    Run {
        #[ocaml(as_ = "OCamlFloat")]
        speed: f64,
        reason: String,
    },
    Sleep,
}

enum OCamlGait {}

#[derive(Debug, Clone, PartialEq, ToOCaml, FromOCaml)]
#[ocaml(polymorphic_variant)]
enum Order {
    Stop,
    #[ocaml(tag = "Go_to")]
    GoTo(String, #[ocaml(as_ = "OCamlInt")] i64),
    Load(f64),
}

#[ocaml_interop::export]
pub fn parity_feed(
    cr: &mut OCamlRuntime,
    camel: OCaml<Camel>,
    amount: OCaml<OCamlFloat>,
) -> OCaml<Camel> {
    let mut camel: Camel = camel.to_rust();
    camel.weight += amount.to_rust::<f64>();
    camel.to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn parity_faster(cr: &mut OCamlRuntime, gait: OCaml<OCamlGait>) -> OCaml<OCamlGait> {
    let gait = match gait.to_rust() {
        Gait::Sleep => Gait::Rest,
        Gait::Rest => Gait::Walk(1),
        Gait::Walk(pace) => Gait::Run { speed: pace as f64 * 2.5, reason: "late".to_string() },
        Gait::Run { speed, reason } => Gait::Run { speed: speed + 1.0, reason },
    };
    gait.to_ocaml(cr)
}

#[ocaml_interop::export]
pub fn parity_order(cr: &mut OCamlRuntime, order: OCaml<Order>) -> OCaml<Order> {
    let order = match order.to_rust() {
        Order::Stop => Order::Load(1.5),
        Order::GoTo(place, distance) => Order::GoTo(place, distance + 1),
        Order::Load(_) => Order::Stop,
    };
    order.to_ocaml(cr)
}
