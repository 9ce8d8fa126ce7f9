//! Points of the plane, for OCaml.

use bactrian::{FromOCaml, OCamlException, OCamlFn, OCamlRuntime, ToOCaml, export};
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

/// A point.
#[derive(Clone, Copy, Debug, PartialEq, ToOCaml, FromOCaml)]
pub struct Point {
    x: f64,
    y: f64,
}

/// Twice the area of the triangle, positive when it is walked counter-clockwise.
fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// The corners of the hull of some points, counter-clockwise.
///
/// # Errors
/// When they are less than three.
#[export(name = "geometry_hull", raise)]
fn hull(mut points: Vec<Point>) -> Result<Vec<Point>, String> {
    points.sort_by(|a, b| (a.x, a.y).partial_cmp(&(b.x, b.y)).unwrap_or(std::cmp::Ordering::Equal));
    points.dedup();
    if points.len() < 3 {
        return Err(format!("a hull needs three points, and these are {}", points.len()));
    }
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut half: Vec<Point> = Vec::new();
        for point in points {
            while let [.., a, b] = half[..] {
                if turn(a, b, point) > 0.0 {
                    break;
                }
                half.pop();
            }
            half.push(point);
        }
        half.pop();
        half
    };
    let mut corners = half(&mut points.iter().copied());
    corners.extend(half(&mut points.iter().rev().copied()));
    Ok(corners)
}

/// The point `(a x + b y + c, d x + e y + f)`. More than five parameters, so bytecode calls `geometry_affine_byte`.
#[export(name = "geometry_affine")]
fn affine(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, p: Point) -> Point {
    Point { x: a * p.x + b * p.y + c, y: d * p.x + e * p.y + f }
}

/// The point for which the function is least; threads of Rust's call the function, each for half of the points.
#[export(name = "geometry_least", raise)]
fn least(
    rt: &mut OCamlRuntime,
    value: OCamlFn<(Point,), f64>,
    points: Vec<Point>,
) -> Result<Option<Point>, OCamlException> {
    let best = |points: &[Point]| -> Result<Option<(Point, f64)>, OCamlException> {
        let mut best: Option<(Point, f64)> = None;
        for &point in points {
            let y = OCamlRuntime::with_domain_lock(|rt| value.call(rt, (point,)))?;
            if best.is_none_or(|(_, least)| y < least) {
                best = Some((point, y));
            }
        }
        Ok(best)
    };
    let (left, right) = points.split_at(points.len() / 2);
    // The threads take the lock in turn, so this one lets it go.
    let (left, right) = rt.releasing_runtime(|| {
        std::thread::scope(|scope| {
            let left = scope.spawn(|| best(left));
            let right = scope.spawn(|| best(right));
            let end = |thread: ScopedJoinHandle<_>| {
                thread.join().unwrap_or_else(|panic| resume_unwind(panic))
            };
            (end(left), end(right))
        })
    });
    Ok(match (left?, right?) {
        (Some(a), Some(b)) => Some(if b.1 < a.1 { b.0 } else { a.0 }),
        (a, b) => a.or(b).map(|(point, _)| point),
    })
}
