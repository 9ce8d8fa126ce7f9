//! Polymorphic variants, by the mapping macros of ocaml-interop 0.12.

use ocaml_interop::*;

#[allow(non_camel_case_types)]
enum Action {
    Start,
    Stop,
    Set_speed(i64),
    Set_course(f64, String),
}

impl_to_ocaml_polymorphic_variant! {
    Action {
        Action::Start,
        Action::Stop,
        Action::Set_speed(speed: OCamlInt),
        Action::Set_course(angle: OCamlFloat, name: String),
    }
}

impl_from_ocaml_polymorphic_variant! {
    Action {
        Start => Action::Start,
        Stop => Action::Stop,
        Set_speed(speed: OCamlInt) => Action::Set_speed(speed),
        Set_course(angle: OCamlFloat, name: String) => Action::Set_course(angle, name),
    }
}

#[ocaml_interop::export]
fn parity_reply(cr: &mut OCamlRuntime, action: OCaml<Action>) -> OCaml<Action> {
    let reply = match action.to_rust() {
        Action::Start => Action::Set_speed(1),
        Action::Stop => Action::Start,
        Action::Set_speed(0) => Action::Stop,
        Action::Set_speed(speed) => Action::Set_course(speed as f64, "ahead".to_string()),
        Action::Set_course(angle, name) => Action::Set_course(-angle, name + "!"),
    };
    reply.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_only_start(cr: &mut OCamlRuntime, action: OCaml<Action>) -> OCaml<bool> {
    let unpacked: Result<(), &str> = ocaml_unpack_polymorphic_variant! {
        action => {
            Start => (),
        }
    };
    unpacked.is_ok().to_ocaml(cr)
}
