use bactrian::*;
use std::sync::Mutex;

static STASH: Mutex<Option<OCaml<'static, String>>> = Mutex::new(None);

fn main() {
    let _ = &STASH;
}
