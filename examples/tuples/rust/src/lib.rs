//! Points and boxes as tuples.

use bactrian::{OCaml, OCamlFloat, OCamlList, export};

type Point = (f64, f64);

/// The corners of the smallest box around some points.
#[export(name = "tuples_bounding_box")]
fn bounding_box(points: Vec<Point>) -> Option<(Point, Point)> {
    points.into_iter().fold(None, |bounds, (x, y)| {
        Some(match bounds {
            None => ((x, y), (x, y)),
            Some(((left, low), (right, high))) => {
                ((left.min(x), low.min(y)), (right.max(x), high.max(y)))
            }
        })
    })
}

/// The second component of the first pair, in place: nothing else is converted.
#[export(name = "tuples_first_y")]
fn first_y(points: OCaml<OCamlList<(OCamlFloat, OCamlFloat)>>) -> Option<f64> {
    points.hd().map(|point| point.snd().to_rust())
}

/// `(name, (x, y), visible)`, moved.
#[export(name = "tuples_move", rename = "move")]
fn moved((name, (x, y), visible): (String, Point, bool), (dx, dy): Point) -> (String, Point, bool) {
    (name, (x + dx, y + dy), visible)
}
