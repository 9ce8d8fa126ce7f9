//! Points and boxes as tuples.

use bactrian::{OCaml, OCamlFloat, OCamlList};

type Point = (f64, f64);

/// The corners of the smallest box around some points.
#[bactrian::export]
fn tuples_bounding_box(points: Vec<Point>) -> Option<(Point, Point)> {
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
#[bactrian::export]
fn tuples_first_y(points: OCaml<OCamlList<(OCamlFloat, OCamlFloat)>>) -> Option<f64> {
    points.hd().map(|point| point.snd().to_rust())
}

/// `(name, (x, y), visible)`, moved.
#[bactrian::export]
fn tuples_move(
    (name, (x, y), visible): (String, Point, bool),
    (dx, dy): Point,
) -> (String, Point, bool) {
    (name, (x + dx, y + dy), visible)
}
