//! The flag that coalesces wake-ups.

use crate::sync::{AtomicBool, Ordering};

/// Remembers that a wake-up is pending, so that only the first of many rings the bell.
///
/// Together with an inbox it loses nothing, if both sides keep this order:
///
/// * the producer pushes, then raises, then rings if it was the first to raise;
/// * the consumer clears, then drains.
///
/// Both sides change the flag by a read-modify-write: a producer that finds it raised
/// has published its push to the consumer that will clear it.
pub struct Signal {
    raised: AtomicBool,
}

impl Signal {
    /// A signal that is not raised.
    pub fn new() -> Self {
        Signal { raised: AtomicBool::new(false) }
    }

    /// Raises the signal. `true`: it was down, and the caller has to ring.
    pub fn raise(&self) -> bool {
        !self.raised.swap(true, Ordering::AcqRel)
    }

    /// Puts the signal down. `true`: it was raised.
    pub fn clear(&self) -> bool {
        self.raised.swap(false, Ordering::AcqRel)
    }
}
