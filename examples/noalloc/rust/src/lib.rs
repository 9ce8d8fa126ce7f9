//! A random number generator and what it is good for, without allocating on the OCaml heap.

/// One step of xorshift, on a state that OCaml keeps.
#[bactrian::export(noalloc, unboxed)]
fn noalloc_next(state: i64) -> i64 {
    let mut x = state as u64;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x as i64
}

/// A number in `[0, 1)`.
#[bactrian::export(noalloc, unboxed)]
fn noalloc_unit(state: i64) -> f64 {
    ((state as u64) >> 11) as f64 / (1u64 << 53) as f64
}

#[bactrian::export(noalloc, unboxed)]
fn noalloc_inside(x: f64, y: f64) -> bool {
    x * x + y * y <= 1.0
}

/// FNV-1a over the bytes of a string, in place.
#[bactrian::export(noalloc)]
fn noalloc_hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
