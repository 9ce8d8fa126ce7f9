//! Variants, by the mapping macros of ocaml-interop 0.12.

use ocaml_interop::*;

#[derive(Debug, Clone, PartialEq)]
enum Status {
    Fine,
    Failed(String),
    Retrying(i64, Vec<f64>),
    Unknown,
}

enum OCamlStatus {}

impl_conv_ocaml_variant! {
    Status => OCamlStatus {
        Status::Fine,
        Status::Failed(message: String),
        Status::Retrying(count: OCamlInt, waits: OCamlList<OCamlFloat>),
        Status::Unknown,
    }
}

#[derive(Clone)]
enum Movement {
    Step { count: i32 },
    Expand { width: i64, height: i64 },
    RotateLeft,
    RotateRight,
}

impl_from_ocaml_variant! {
    Movement {
        Step(count: OCamlInt) => Movement::Step { count },
        Expand(width: OCamlInt, height: OCamlInt) => Movement::Expand { width, height },
        RotateLeft => Movement::RotateLeft,
        Movement::RotateRight,
    }
}

#[ocaml_interop::export]
fn parity_next_status(cr: &mut OCamlRuntime, status: OCaml<OCamlStatus>) -> OCaml<OCamlStatus> {
    let status: Status = status.to_rust();
    let next = match status {
        Status::Fine => Status::Failed("no longer".to_string()),
        Status::Failed(_) => Status::Retrying(1, vec![0.5]),
        Status::Retrying(count, mut waits) => {
            waits.push(count as f64);
            Status::Retrying(count + 1, waits)
        }
        Status::Unknown => Status::Fine,
    };
    next.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_movement(cr: &mut OCamlRuntime, movement: OCaml<Movement>) -> OCaml<String> {
    let text = match movement.to_rust() {
        Movement::Step { count } => format!("step {count}"),
        Movement::Expand { width, height } => format!("expand {width} x {height}"),
        Movement::RotateLeft => "left".to_owned(),
        Movement::RotateRight => "right".to_owned(),
    };
    text.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_braces(cr: &mut OCamlRuntime, movement: OCaml<Movement>) -> OCaml<Option<OCamlInt>> {
    let unpacked: Result<Movement, &str> = ocaml_unpack_variant! {
        movement => {
            Movement::Step { count: OCamlInt },
            Movement::Expand { width: OCamlInt, height: OCamlInt },
        }
    };
    let size = match unpacked {
        Ok(Movement::Step { count }) => Some(i64::from(count)),
        Ok(Movement::Expand { width, height }) => Some(width * height),
        _ => None,
    };
    size.to_ocaml(cr)
}

#[ocaml_interop::export]
fn parity_local_variant(cr: &mut OCamlRuntime, text: OCaml<String>) -> OCaml<OCamlStatus> {
    let status = Status::Failed(text.to_rust());
    ocaml_alloc_variant! {
        cr, status => {
            Status::Fine,
            Status::Failed(message: String),
            Status::Retrying(count: OCamlInt, waits: OCamlList<OCamlFloat>),
            Status::Unknown
        }
    }
}
