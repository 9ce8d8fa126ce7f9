//! What nobody can be told of but by the standard error.

use crate::conv::ConversionError;
use crate::exception::OCamlException;
use std::any::Any;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Says that something panicked where no exception can be raised. Never panics itself.
pub(super) fn panicked(what: &str, payload: Box<dyn Any + Send>) {
    say(&format!("{what} panicked: {}", message(payload)));
}

/// A line on the standard error, if there is one.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "bactrian: {line}");
}

/// The message of a panic, whose payload is dropped.
pub(super) fn message(payload: Box<dyn Any + Send>) -> String {
    let message = if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else if let Some(error) = payload.downcast_ref::<ConversionError>() {
        error.message().to_owned()
    } else if payload.is::<OCamlException>() {
        "an OCaml exception".to_owned()
    } else {
        "a payload that is no string".to_owned()
    };
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // Dropping that one could go on for ever.
        core::mem::forget(second);
    }
    message
}
