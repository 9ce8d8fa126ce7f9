//! A random number generator and what it is good for, without allocating on the OCaml heap.

use bactrian::export;

/// One step of xorshift, on a state that OCaml keeps.
#[export(name = "noalloc_next", noalloc, unboxed)]
fn next(state: i64) -> i64 {
    let mut x = state as u64;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x as i64
}

/// A number in `[0, 1)`.
#[export(name = "noalloc_unit", noalloc, unboxed)]
fn unit(state: i64) -> f64 {
    ((state as u64) >> 11) as f64 / (1u64 << 53) as f64
}

/// Whether a point lies in the circle.
#[export(name = "noalloc_inside", noalloc, unboxed)]
fn inside(x: f64, y: f64) -> bool {
    x * x + y * y <= 1.0
}

/// FNV-1a over the bytes of a string, in place.
#[export(name = "noalloc_hash", noalloc)]
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
