//! Goods and where they are.

use bactrian::{
    ConversionError, FromOCaml, OCaml, OCamlRef, OCamlRuntime, OCamlView, ToOCaml, export,
};

#[derive(ToOCaml, FromOCaml)]
struct Position {
    latitude: f64,
    longitude: f64,
}

#[derive(ToOCaml, FromOCaml)]
struct Item {
    what: String,
    kilos: u32,
}

/// A place where goods are.
#[derive(ToOCaml, FromOCaml)]
struct Depot {
    name: String,
    place: Position,
    items: Vec<Item>,
    note: Option<String>,
}

/// Everything of both, half-way between them.
#[export(name = "records_merge")]
fn merge(a: Depot, b: Depot) -> Depot {
    let half = |a: f64, b: f64| (a + b) / 2.0;
    let mut items = a.items;
    items.extend(b.items);
    items.sort_by(|a, b| b.kilos.cmp(&a.kilos).then_with(|| a.what.cmp(&b.what)));
    Depot {
        name: format!("{} and {}", a.name, b.name),
        place: Position {
            latitude: half(a.place.latitude, b.place.latitude),
            longitude: half(a.place.longitude, b.place.longitude),
        },
        items,
        note: a.note.or(b.note),
    }
}

/// It is looked at without converting it.
#[derive(FromOCaml, OCamlView)]
#[ocaml(from_only)]
#[expect(dead_code, reason = "the fields are read through the view")]
struct Visitor {
    id: String,
    #[ocaml(mutable)]
    visits: i64,
    history: Vec<String>,
}

/// Counts a visit, in place.
#[export(name = "records_visit", raise)]
fn visit(rt: &OCamlRuntime, visitor: OCamlRef<'_, Visitor>) -> Result<String, ConversionError> {
    let visits = visitor.visits(rt).to_i64() + 1;
    visitor.set_visits(rt, OCaml::of_i64(visits)?);
    let id: String = visitor.id(rt).try_to_rust()?;
    Ok(format!("{id}: {visits} visits, {} places", visitor.history(rt).iter().count()))
}
