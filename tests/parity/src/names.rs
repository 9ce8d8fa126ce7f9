//! Names of ocaml-interop that no program here has another use for: each is used once, so that it stays. See `names.txt`.

#![allow(dead_code, unused_unsafe)]

use ocaml_interop::bigarray::{Array1, BigarrayElt};
use ocaml_interop::*;

/// Functions of OCaml as Rust function pointers.
struct Functions<'a> {
    one: OCamlFn1<'a, OCamlInt, OCamlInt>,
    two: OCamlFn2<'a, OCamlInt, OCamlInt, OCamlInt>,
    three: OCamlFn3<'a, OCamlInt, OCamlInt, OCamlInt, OCamlInt>,
    four: OCamlFn4<'a, OCamlInt, OCamlInt, OCamlInt, OCamlInt, OCamlInt>,
    five: OCamlFn5<'a, OCamlInt, OCamlInt, OCamlInt, OCamlInt, OCamlInt, OCamlInt>,
}

fn start() -> bool {
    let guard: Result<OCamlRuntimeStartupGuard, _> = OCamlRuntime::init();
    guard.is_ok()
}

fn reference<'a, T>(cr: &'a OCamlRuntime, reference: OCamlRef<'_, T>) -> OCaml<'a, T> {
    cr.get(reference)
}

fn length<A: BigarrayElt>(array: OCaml<'_, Array1<A>>) -> usize {
    if array.is_empty() { 0 } else { array.len() }
}

fn standard<T: DefaultOCamlMapping>() -> &'static str {
    std::any::type_name::<T::OCamlType>()
}

/// What upstream has, but not in its documentation.
fn hidden(cr: &OCamlRuntime, value: OCaml<'_, String>) -> usize {
    // SAFETY: the value is live, and nothing allocates below.
    let word: RawOCaml = unsafe { value.raw() };
    // SAFETY: the word is that of a live string.
    let again: OCaml<'_, String> = unsafe { OCaml::new(cr, word) };
    assert!(again.is_block() && !again.is_long());
    assert_eq!(again.tag_value(), 252);
    // SAFETY: OCaml gave UTF-8, and nothing allocates while the text is borrowed.
    let text: &str = unsafe { again.as_str_unchecked() };
    // SAFETY: the word is used below for its field alone, when it is a pair.
    let pair: OCaml<'_, (String, String)> = unsafe { OCaml::new(cr, word) };
    if pair.is_block_sized(2) {
        // SAFETY: field 0 of a pair is its first component.
        let first: OCaml<'_, String> = unsafe { pair.field(0) };
        return first.as_bytes().len();
    }
    text.len() + again.size()
}

impl_to_ocaml_variant! {
    Gate {
        Gate::Open,
        Gate::Ajar(width: OCamlInt),
    }
}

enum Gate {
    Open,
    Ajar(i64),
}

fn gate(cr: &mut OCamlRuntime, gate: &Gate) -> BoxRoot<Gate> {
    gate.to_boxroot(cr)
}

/// A value like `gate` and `Gate::Ajar 3`, made where it is needed.
fn made(cr: &mut OCamlRuntime, width: &i64, closed: &Gate) -> [BoxRoot<OCamlAny>; 2] {
    let block: OCaml<'_, OCamlAny> = ocaml_alloc_tagged_block!(cr, 0, width: OCamlInt);
    let block = block.root();
    let tagged: OCaml<'_, OCamlAny> = ocaml_alloc_polymorphic_variant! {
        cr, closed => {
            Gate::Open,
            Gate::Ajar(width: OCamlInt),
        }
    };
    [block, tagged.root()]
}
